//! The languages of a report, and words in each of them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A language of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Swedish.
    #[default]
    Sv,
    /// English.
    En,
}

impl Language {
    /// The tag that HTML and SQL see: `sv` or `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::En => "en",
        }
    }

    /// One of two texts.
    pub const fn pick<'a>(self, sv: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Sv => sv,
            Self::En => en,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A text in both languages.
///
/// In a definition it is `{ sv = "…", en = "…" }`, or one string that serves both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    sv: String,
    en: String,
}

impl Words {
    /// The same text in both languages.
    pub fn same(text: impl Into<String>) -> Self {
        let sv = text.into();
        Self { en: sv.clone(), sv }
    }

    /// A text in each language.
    pub fn new(sv: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            sv: sv.into(),
            en: en.into(),
        }
    }

    /// The text in a language.
    pub fn of(&self, language: Language) -> &str {
        language.pick(&self.sv, &self.en)
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.sv.is_empty() && self.en.is_empty()
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Both {
            sv: String,
            en: String,
        }
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "a text, or one in each language: { sv = \"…\", en = \"…\" }"
        )]
        enum Written {
            Same(String),
            Both(Both),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Same(text) => Self::same(text),
            Written::Both(Both { sv, en }) => Self { sv, en },
        })
    }
}
