//! Is a column named as one of personal numbers?

/// Names and abbreviations that stand alone: the whole name, or a part of it.
const WORDS: [&str; 32] = [
    "personnummer",
    "personnr",
    "personnumber",
    "personalnumber",
    "personalid",
    "persnr",
    "persnummer",
    "pnr",
    "pnum",
    "pnummer",
    "prsnr",
    "ssn",
    "samordningsnummer",
    "samordningsnr",
    "samordnr",
    "samnr",
    "identitetsbeteckning",
    "identitetsnummer",
    "identitetsnr",
    "idbeteckning",
    "personidentitet",
    "personidentitetsnummer",
    "personbeteckning",
    "civicnumber",
    "civicnr",
    "nationalid",
    "nin",
    "fodselsnummer",
    "fodselsnr",
    "cprnr",
    "cprnummer",
    "henkilotunnus",
];

/// Names of several words.
const PHRASES: [&str; 14] = [
    "person_nummer",
    "person_nr",
    "person_number",
    "pers_nr",
    "personal_id",
    "personal_number",
    "personal_identity",
    "personal_identification",
    "samordnings_nummer",
    "samordnings_nr",
    "social_security_number",
    "civic_number",
    "civic_registration_number",
    "national_identity_number",
];

/// Words by which a name says that the number itself is not there.
const REPLACED: [&str; 12] = [
    "hash",
    "hashed",
    "hashad",
    "pseudonym",
    "pseudo",
    "pseudonymised",
    "pseudonymiserad",
    "encrypted",
    "krypterad",
    "krypterat",
    "lopnr",
    "lopnummer",
];

/// Whether a column's name in SQL is one of personal numbers.
pub(crate) fn is_named_personal(name: &str) -> bool {
    let parts = || name.split('_').filter(|part| !part.is_empty());
    if parts().any(|part| REPLACED.contains(&part)) {
        return false;
    }
    let whole = format!("_{name}_");
    let compact: String = parts().collect();
    let has_phrase = |phrase: &&str| whole.contains(&format!("_{phrase}_"));
    WORDS.contains(&compact.as_str())
        || parts().any(|part| WORDS.contains(&part))
        || PHRASES.iter().any(has_phrase)
        || compact.contains("personnummer")
        || compact.contains("samordningsnummer")
}

/// Whether a column's name in SQL is one of the last four digits.
pub(crate) fn is_named_last_four(name: &str) -> bool {
    const CALLED: [&str; 11] = [
        "sistafyra",
        "fyrasista",
        "sista4",
        "4sista",
        "lastfour",
        "last4",
        "kontrollsiffror",
        "fodelsenummer",
        "birthnumber",
        "pnrslut",
        "pnrsista",
    ];
    let compact: String = name.split('_').collect();
    CALLED.iter().any(|called| compact.contains(called))
}

/// Whether a column's name in SQL says that it tells who somebody is, or where: a name, an address,
/// a number.
pub(crate) fn is_about_identity(name: &str) -> bool {
    const ABOUT: [&str; 33] = [
        "id",
        "ids",
        "nr",
        "nummer",
        "number",
        "no",
        "namn",
        "name",
        "fornamn",
        "efternamn",
        "firstname",
        "lastname",
        "surname",
        "givenname",
        "patient",
        "person",
        "adress",
        "address",
        "gata",
        "street",
        "postadress",
        "telefon",
        "tel",
        "tfn",
        "phone",
        "mobil",
        "mobile",
        "epost",
        "email",
        "mail",
        "mejl",
        "kontakt",
        "contact",
    ];
    const ENDS: [&str; 8] = [
        "namn", "nummer", "name", "number", "adress", "address", "telefon", "phone",
    ];
    is_named_personal(name)
        || name
            .split('_')
            .any(|part| ABOUT.contains(&part) || ENDS.iter().any(|end| part.ends_with(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_personal_numbers_are_known() {
        for name in [
            "personnummer",
            "personnr",
            "pnr",
            "pnum",
            "patient_pnr",
            "personal_id",
            "subject_personal_id",
            "ssn",
            "samordningsnummer",
            "identitetsbeteckning",
            "patientens_personnummer",
            "personnummer_12",
            "person_nr",
        ] {
            assert!(is_named_personal(name), "{name}");
        }
        for name in [
            "person_id",
            "lopnr",
            "lopnr_personnr",
            "pnr_hash",
            "sample_id",
            "region",
            "partner",
            "personal",
            "personalkostnad",
            "assn",
            "orgnr",
            "id",
        ] {
            assert!(!is_named_personal(name), "{name}");
        }
    }

    #[test]
    fn names_of_the_last_four_digits_are_known() {
        for name in ["sista_fyra", "fyra_sista", "last4", "pnr_sista_fyra"] {
            assert!(is_named_last_four(name), "{name}");
        }
        for name in ["sista_dag", "last_visit", "n", "kommunkod"] {
            assert!(!is_named_last_four(name), "{name}");
        }
    }

    #[test]
    fn columns_about_identity_are_known() {
        for name in [
            "namn",
            "efternamn",
            "patient_name",
            "id",
            "telefonnummer",
            "pnr",
        ] {
            assert!(is_about_identity(name), "{name}");
        }
        for name in ["fodd", "day", "n", "bmi", "remissdatum", "kostnad"] {
            assert!(!is_about_identity(name), "{name}");
        }
    }
}
