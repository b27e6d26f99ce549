//! The declarations: every table and column of `registry` that reports know, once.

use super::RegistryKind::{Boolean, Date, Integer, Number, Text};
use super::{Allowed, RegistryColumn, RegistryKind, RegistryTable};

const SEX: Allowed = Allowed::Codes(&[("K", "woman"), ("M", "man")]);
const CONDITION: Allowed = Allowed::Codes(&[
    ("rare_disease", "rare disease"),
    ("neurodevelopmental", "neurodevelopmental disorder"),
    ("hereditary_cancer", "hereditary cancer"),
    ("cardiac", "heart disease"),
    ("haematology", "blood disorder"),
    ("other", "another condition"),
]);
const TEST_TYPE: Allowed = Allowed::Codes(&[
    ("wgs", "whole genome"),
    ("panel", "gene panel"),
    ("array", "array"),
    ("single_gene", "single gene"),
]);
const AGE: Allowed = Allowed::Range(0, 130);
const YEAR: Allowed = Allowed::Range(1749, 2200);

/// A column of any value that is always there.
const fn column(name: &'static str, kind: RegistryKind, doc: &'static str) -> RegistryColumn {
    RegistryColumn {
        name,
        kind,
        unit: "",
        allowed: Allowed::Any,
        doc,
        null_means: None,
        synonyms: &[],
    }
}

impl RegistryColumn {
    const fn of(mut self, allowed: Allowed) -> Self {
        self.allowed = allowed;
        self
    }

    const fn null(mut self, meaning: &'static str) -> Self {
        self.null_means = Some(meaning);
        self
    }

    const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    const fn also(mut self, synonyms: &'static [&'static str]) -> Self {
        self.synonyms = synonyms;
        self
    }
}

const PERSON_ID: RegistryColumn = column(
    "person_id",
    Text,
    "A pseudonym of the person, the same in every table.",
)
.also(&[
    "person",
    "pid",
    "individ_id",
    "individid",
    "lopnr",
    "löpnummer",
    "patient_id",
]);

const fn region(doc: &'static str) -> RegistryColumn {
    column("region", Text, doc)
        .of(Allowed::Region)
        .null("not known: counted as region `99`")
        .also(&[
            "region_code",
            "regionkod",
            "län",
            "länskod",
            "lan_kod",
            "county",
            "county_code",
        ])
}

const fn municipality(doc: &'static str) -> RegistryColumn {
    column("municipality", Text, doc)
        .of(Allowed::Municipality)
        .null("not known: counted as municipality `9999`")
        .also(&["municipality_code", "kommun", "kommunkod", "kommun_kod"])
}

const fn sex(doc: &'static str) -> RegistryColumn {
    column("sex", Text, doc)
        .of(SEX)
        .null("not known: counted as sex `U`")
        .also(&["kön", "gender", "legal_sex", "juridiskt_kön"])
}

const fn age(doc: &'static str) -> RegistryColumn {
    column("age", Integer, doc)
        .of(AGE)
        .unit("full years")
        .null("not known: counted as age group `unknown`, and in no standardised rate")
        .also(&["ålder", "age_years", "age_in_years"])
}

const INCOME: RegistryColumn = column(
    "income_band",
    Integer,
    "The fifth of the population by income that the person belongs to; 1 has the lowest income.",
)
.of(Allowed::Range(1, 5))
.null("not known: left out of what is by income")
.also(&[
    "inkomstgrupp",
    "inkomstkvintil",
    "income_quintile",
    "income_group",
]);

const EDUCATION: RegistryColumn = column(
    "education",
    Integer,
    "The person's level of education: 1 compulsory, 2 secondary, 3 post-secondary.",
)
.of(Allowed::Range(1, 3))
.null("not known: left out of what is by education")
.also(&["utbildning", "utbildningsnivå", "education_level"]);

const REFERRAL_ID: RegistryColumn = column("referral_id", Text, "The referral.").also(&[
    "remiss_id",
    "remissid",
    "remissnummer",
    "referral",
    "remiss",
]);

const TEST_ID: RegistryColumn = column("test_id", Text, "The test.").also(&[
    "prov_id",
    "analys_id",
    "provid",
    "test",
    "test_number",
]);

/// Every table of `registry` that reports know.
pub const REGISTRY_TABLES: &[RegistryTable] =
    &[PEOPLE, REFERRALS, TESTS, DIAGNOSES, STUDY, POPULATION];

const PEOPLE: RegistryTable = RegistryTable {
    name: "people",
    row_is: "one person",
    columns: &[
        PERSON_ID,
        sex("The person's legal sex."),
        column("birth_date", Date, "The day on which the person was born.")
            .null("not known")
            .also(&["födelsedatum", "född", "date_of_birth", "dob", "birthdate"]),
        region("The region in which the person lives."),
        municipality("The municipality in which the person lives."),
        INCOME,
        EDUCATION,
        column(
            "need",
            Number,
            "The number of tests expected from the person's age, sex and illness, over all years \
             of the registry.",
        )
        .of(Allowed::NotNegative)
        .unit("tests")
        .null("not known: left out of what is by need")
        .also(&["behov", "expected_tests", "förväntade_tester"]),
        column("died", Date, "The day on which the person died.")
            .null("alive, as far as is known")
            .also(&["avliden", "dödsdatum", "death_date", "date_of_death"]),
        column(
            "consented",
            Boolean,
            "Whether the person lets research use the data.",
        )
        .null("not known")
        .also(&["samtycke", "consent"]),
    ],
};

const REFERRALS: RegistryTable = RegistryTable {
    name: "referrals",
    row_is: "one referral to genomic testing",
    columns: &[
        REFERRAL_ID,
        PERSON_ID,
        region("The region in which the person lived."),
        municipality("The municipality in which the person lived."),
        sex("The person's legal sex."),
        age("The person's age on the day of the referral."),
        INCOME,
        EDUCATION,
        column("condition", Text, "What the referral is about.")
            .of(CONDITION)
            .null("not known: counted as `unknown`")
            .also(&["tillstånd", "indikation", "indication", "frågeställning"]),
        column("referred", Date, "The day of the referral.").also(&[
            "remissdatum",
            "remitterad",
            "referral_date",
            "date_of_referral",
        ]),
    ],
};

const TESTS: RegistryTable = RegistryTable {
    name: "tests",
    row_is: "one genomic test that was ordered",
    columns: &[
        TEST_ID,
        RegistryColumn {
            null_means: Some("ordered without a referral"),
            doc: "The referral that led to the test.",
            ..REFERRAL_ID
        },
        PERSON_ID,
        region("The region in which the person lived, not that of the laboratory."),
        sex("The person's legal sex."),
        age("The person's age on the day of the order."),
        column("test_type", Text, "The method.")
            .of(TEST_TYPE)
            .also(&["testtyp", "metod", "analysmetod", "method", "typ"]),
        column("ordered", Date, "The day of the order.").also(&[
            "beställd",
            "beställningsdatum",
            "order_date",
            "ordered_date",
        ]),
        column("sampled", Date, "The day on which the sample was taken.")
            .null("not taken yet")
            .also(&[
                "provtagen",
                "provtagningsdatum",
                "sample_date",
                "sampling_date",
            ]),
        column(
            "reported",
            Date,
            "The day on which the result was reported.",
        )
        .null("not reported yet")
        .also(&[
            "besvarad",
            "svarsdatum",
            "svarad",
            "report_date",
            "result_date",
        ]),
        column("cost_sek", Integer, "What the test cost.")
            .of(Allowed::NotNegative)
            .unit("SEK")
            .null("not known: costs of the test's group cannot be given")
            .also(&["kostnad", "kostnad_kr", "kostnad_sek", "cost", "pris"]),
    ],
};

const DIAGNOSES: RegistryTable = RegistryTable {
    name: "diagnoses",
    row_is: "one diagnosis",
    columns: &[
        column("diagnosis_id", Text, "The diagnosis.").also(&["diagnos_id", "diagnosid"]),
        PERSON_ID,
        RegistryColumn {
            null_means: Some("made without a test: not counted"),
            doc: "The test that led to the diagnosis.",
            ..TEST_ID
        },
        region("The region in which the person lived."),
        sex("The person's legal sex."),
        age("The person's age on the day of the diagnosis."),
        column("diagnosed", Date, "The day of the diagnosis.").also(&[
            "diagnosdatum",
            "diagnosis_date",
            "date_of_diagnosis",
        ]),
        column("icd10", Text, "The diagnosis as a code of ICD-10-SE.")
            .null("not coded")
            .also(&["icd", "icd_10", "icd10_se", "diagnoskod", "diagnosis_code"]),
        column(
            "is_actionable",
            Boolean,
            "Whether the diagnosis changes the person's care.",
        )
        .null("not known: counted as no")
        .also(&["åtgärdbar", "actionable"]),
    ],
};

const STUDY: RegistryTable = RegistryTable {
    name: "study",
    row_is: "one person who is eligible for the clinical study, with the day of each step",
    columns: &[
        PERSON_ID,
        region("The region in which the person lives."),
        sex("The person's legal sex."),
        age("The person's age on the day of becoming eligible."),
        column(
            "eligible",
            Date,
            "The day on which the person met the criteria of the study.",
        )
        .also(&["uppfyller_kriterier", "eligible_date", "kandidat"]),
        column("invited", Date, "The day of the invitation.")
            .null("not invited")
            .also(&["inbjuden", "inbjudan", "invited_date"]),
        column(
            "included",
            Date,
            "The day on which the person was enrolled.",
        )
        .null("not enrolled")
        .also(&[
            "inkluderad",
            "inklusionsdatum",
            "enrolled",
            "inclusion_date",
        ]),
        column("sampled", Date, "The day on which the sample was taken.")
            .null("not sampled")
            .also(&["provtagen", "provtagningsdatum", "sample_date"]),
        column(
            "sequenced",
            Date,
            "The day on which the sample was sequenced.",
        )
        .null("not sequenced")
        .also(&["sekvenserad", "sekvenseringsdatum", "sequencing_date"]),
        column(
            "reported",
            Date,
            "The day on which the result was reported.",
        )
        .null("not reported")
        .also(&["besvarad", "svarsdatum", "report_date"]),
        column("treated", Date, "The day on which treatment began.")
            .null("not treated, or no treatment needed")
            .also(&["behandlad", "behandlingsstart", "treatment_date"]),
    ],
};

const POPULATION: RegistryTable = RegistryTable {
    name: "population",
    row_is: "the people of one year, municipality, sex and year of age",
    columns: &[
        column("year", Integer, "The year.")
            .of(YEAR)
            .also(&["år", "mätår"]),
        RegistryColumn {
            null_means: None,
            ..region("The region.")
        },
        RegistryColumn {
            null_means: None,
            ..municipality("The municipality.")
        },
        RegistryColumn {
            null_means: None,
            ..sex("The legal sex.")
        },
        RegistryColumn {
            null_means: None,
            ..age("The age; the last one stands for all ages from it on.")
        },
        column(
            "population",
            Integer,
            "The number of people on one day of the year, which rates are divided by.",
        )
        .of(Allowed::NotNegative)
        .unit("people")
        .also(&[
            "folkmängd",
            "befolkning",
            "antal",
            "antal_personer",
            "people",
            "inhabitants",
        ]),
    ],
};
