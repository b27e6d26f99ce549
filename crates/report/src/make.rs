//! From rows to files.

use serde::Serialize;

use crate::html::{Contents, page};
use crate::{Error, Literal, Making, Report, Tables, Values, csv, figure, protection, workbook};

/// A query of a report, with its values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The table that it fills.
    pub table: String,
    /// The statement.
    pub sql: String,
}

/// A report that is made, not yet on disk.
#[derive(Debug)]
pub struct Made {
    /// Each file: its path below the report's folder, and its bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// The page with all that is folded open, to be printed.
    pub for_print: String,
    /// How many values are withheld.
    pub n_withheld: usize,
}

/// The page's file.
pub const PAGE: &str = "report.html";
/// The file that tells programs what the report holds; it marks a folder as a report.
pub const MANIFEST: &str = "report.json";

impl Report {
    /// The lookups in order, each as a name and a statement: run one, add its value, ask again.
    ///
    /// # Errors
    /// A statement that names what has no value.
    pub fn lookup(&self, at: usize, values: &Values) -> Result<Option<Query>, Error> {
        let Some(lookup) = self.definition.lookups.get(at) else {
            return Ok(None);
        };
        let sql = self.queries.get(&lookup.query).map_or("", String::as_str);
        Ok(Some(Query {
            table: lookup.name.clone(),
            sql: values.in_query(&lookup.query, sql)?,
        }))
    }

    /// The queries that list what parameters may be, each as a name and a statement.
    ///
    /// # Errors
    /// A statement that names what has no value.
    pub fn known_values(&self, values: &Values) -> Result<Vec<Query>, Error> {
        let parameters = self.definition.parameters.iter();
        let with_query = parameters.filter_map(|p| Some((p, p.known.as_ref()?)));
        with_query
            .map(|(parameter, file)| {
                let sql = self.queries.get(file).map_or("", String::as_str);
                Ok(Query {
                    table: parameter.name.clone(),
                    sql: values.in_query(file, sql)?,
                })
            })
            .collect()
    }

    /// Checks that a parameter is one of the values that its query listed.
    ///
    /// # Errors
    /// It is not, or there are none.
    pub fn check_known(&self, name: &str, known: &[String], values: &Values) -> Result<(), Error> {
        let mut parameters = self.definition.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.name == name);
        let chosen = values.value(name).map(Literal::text).unwrap_or_default();
        let default = parameter.and_then(|p| p.default.as_deref());
        let wrong = |message: String, hint: String| Error::Parameter {
            name: name.to_owned(),
            message,
            hint: Some(hint),
        };
        if known.is_empty() {
            return Err(wrong(
                "the lake has no data for any value of it".to_owned(),
                format!("`kohort report {} --check` says what is missing", self.name),
            ));
        }
        if default == Some(chosen.as_str()) || known.contains(&chosen) {
            return Ok(());
        }
        let default = default.map(|d| format!(", or {d}")).unwrap_or_default();
        Err(wrong(
            format!("the lake has no data for `{chosen}`"),
            format!("there are {}{default}", known.join(", ")),
        ))
    }

    /// Whether it shows counts that the pattern of a lake knows.
    ///
    /// # Errors
    /// The catalogue in the binary is not written as it must be.
    pub fn wants_pattern(&self) -> Result<bool, Error> {
        let catalogue = crate::Catalogue::shipped()?;
        let families = self.definition.tables().flat_map(|table| &table.protect);
        let mut families = families.filter_map(|protect| protect.family.as_deref());
        Ok(families.any(|family| catalogue.knows(family)))
    }

    /// The queries of all tables, with their values in them.
    ///
    /// # Errors
    /// A query that names what has no value.
    pub fn queries(&self, values: &Values) -> Result<Vec<Query>, Error> {
        let tables = self.definition.tables();
        let query = |table: &crate::definition::Table| {
            let sql = self.queries.get(&table.query).map_or("", String::as_str);
            Ok(Query {
                table: table.id.clone(),
                sql: values.in_query(&table.query, sql)?,
            })
        };
        tables.map(query).collect()
    }

    /// Makes the report from the rows of its tables: withholds small counts, draws, writes.
    ///
    /// # Errors
    /// Counts that cannot be protected, a text with a name that has no value, a table that no
    /// workbook can hold.
    pub fn make(
        &self,
        mut tables: Tables,
        values: &Values,
        making: &Making,
    ) -> Result<Made, Error> {
        let n_withheld =
            protection::protect(&self.definition, &mut tables, making.pattern.as_ref())?;
        let mut drawings: Vec<(String, String)> = Vec::new();
        for figure in self.definition.figures() {
            let table = self.definition.table(&figure.table);
            if let (Some(table), Some(rows)) = (table, tables.get(&figure.table)) {
                let svg = figure::draw(figure, table, rows, values, making.language)?;
                drawings.push((figure.id.clone(), svg));
            }
        }
        let mut contents = Contents {
            report: self,
            tables: &tables,
            drawings: &drawings,
            values,
            making,
            n_withheld,
            is_for_print: false,
        };
        let mut files = vec![(PAGE.to_owned(), page(&contents)?.into_bytes())];
        contents.is_for_print = true;
        let for_print = page(&contents)?;
        for table in self.definition.tables() {
            if let Some(rows) = tables.get(&table.id) {
                files.push((format!("tables/{}.csv", table.id), csv::csv(table, rows)));
                let book = workbook::workbook(table, rows, values, making)?;
                files.push((format!("tables/{}.xlsx", table.id), book));
            }
        }
        for (id, svg) in &drawings {
            files.push((format!("figures/{id}.svg"), svg.clone().into_bytes()));
        }
        for query in self.queries(values)? {
            files.push((format!("sql/{}.sql", query.table), query.sql.into_bytes()));
        }
        files.push((
            MANIFEST.to_owned(),
            self.manifest((&tables, values), making, n_withheld, &files)?,
        ));
        Ok(Made {
            files,
            for_print,
            n_withheld,
        })
    }

    fn manifest(
        &self,
        (tables, values): (&Tables, &Values),
        making: &Making,
        n_withheld: usize,
        files: &[(String, Vec<u8>)],
    ) -> Result<Vec<u8>, Error> {
        #[derive(Serialize)]
        struct TableEntry {
            id: String,
            title: String,
            n_rows: usize,
        }
        #[derive(Serialize)]
        struct Manifest<'a> {
            report: &'a str,
            title: String,
            #[serde(flatten)]
            making: &'a Making,
            disclosure_threshold: u64,
            protect_zeros: bool,
            n_withheld: usize,
            tables: Vec<TableEntry>,
            files: Vec<&'a str>,
        }
        let language = making.language;
        let entry = |table: &'_ crate::definition::Table| {
            Ok(TableEntry {
                id: table.id.clone(),
                title: values.in_text(&table.id, table.title.of(language))?,
                n_rows: tables.get(&table.id).map_or(0, crate::Rows::len),
            })
        };
        let entries: Result<Vec<TableEntry>, Error> = self.definition.tables().map(entry).collect();
        let entries = entries?;
        let manifest = Manifest {
            report: &self.name,
            title: values.in_text("title", self.definition.title.of(language))?,
            making,
            disclosure_threshold: self.definition.disclosure.threshold,
            protect_zeros: self.definition.disclosure.protect_zeros,
            n_withheld,
            tables: entries,
            files: files.iter().map(|(path, _)| path.as_str()).collect(),
        };
        // Strings and numbers always make JSON.
        Ok(serde_json::to_vec_pretty(&manifest).unwrap_or_default())
    }
}
