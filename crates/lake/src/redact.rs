//! What of a text must nobody read? Passwords and signatures, wherever a message quotes them.

use std::borrow::Cow;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Parts of names of secrets; a name is compared in lower case, without `_`, `-` and `.`.
const SECRET_NAMES: [&str; 16] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "accesskey",
    "accountkey",
    "apikey",
    "privatekey",
    "sharedkey",
    "pseudonymkey",
    "sessiontoken",
    "securitytoken",
    "accesstoken",
    "bearertoken",
    "sastoken",
    "authorization",
];

/// Further names of secrets in the query of a URL.
const SECRET_PARAMETERS: [&str; 3] = ["signature", "token", "credential"];

/// The whole names of secrets in the query of a URL.
const SHORT_PARAMETERS: [&str; 6] = ["sig", "key", "pwd", "pass", "auth", "code"];

/// Schemes whose URLs have the name of a container before `@`.
const WITH_CONTAINER: [&str; 4] = ["abfs", "abfss", "wasb", "wasbs"];

/// Replaces what looks like a secret: user and password of a URL, signatures and tokens in its
/// query, and what follows a name such as `aws_secret_access_key` and `=` or `:`.
///
/// # Example
/// ```
/// use kohort_lake::redact;
/// assert_eq!(redact("https://ada:pw@host/x?sig=abc&v=1"), "https://***@host/x?sig=***&v=1");
/// assert_eq!(redact("aws_secret_access_key:hush"), "aws_secret_access_key:***");
/// ```
pub fn redact(text: &str) -> Cow<'_, str> {
    if !text.contains([':', '=']) {
        return Cow::Borrowed(text);
    }
    let without_users = replace(text, user_ranges(text));
    let values = value_ranges(&without_users);
    match values.is_empty() {
        true => without_users,
        false => Cow::Owned(replace(&without_users, values).into_owned()),
    }
}

/// Replaces ranges, which come in order and do not overlap.
fn replace(text: &str, ranges: Vec<(usize, usize)>) -> Cow<'_, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in ranges {
        out.push_str(&text[at..start]);
        out.push_str(MASK);
        at = end;
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// Where URLs have a user or a password.
fn user_ranges(text: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut after = 0;
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        if at < after {
            continue;
        }
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let scheme = text[..at].rsplit(|c| !is_scheme(c)).next().unwrap_or("");
        let rest = &text[start..];
        let url = &rest[..rest.find(ends_url).unwrap_or(rest.len())];
        let authority = &url[..url.find(['/', '?', '#']).unwrap_or(url.len())];
        let has_container = WITH_CONTAINER.contains(&scheme) && !authority.contains(':');
        let end = match authority.rfind('@') {
            Some(_) if has_container => None,
            Some(end) => Some(end),
            // A password with a `/` in it ends the host too early.
            None => match authority.rsplit_once(':') {
                Some((_, port)) if !is_port(port) => url.rfind('@'),
                _ => None,
            },
        };
        if let Some(end) = end.filter(|end| *end > 0) {
            ranges.push((start, start + end));
            after = start + end;
        }
    }
    ranges
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn ends_url(c: char) -> bool {
    c.is_whitespace() || "\"'`<>".contains(c)
}

/// Where values of secrets stand.
fn value_ranges(text: &str) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (at, sign) in text.match_indices([':', '=']) {
        if ranges.last().is_some_and(|(_, end)| at < *end) {
            continue;
        }
        let before = text[..at].trim_end_matches(['"', '\'']);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        let name = before.rsplit(|c| !is_name(c)).next().unwrap_or("");
        let in_query = before[..before.len() - name.len()].ends_with(['?', '&']) && sign == "=";
        if !is_secret(name, in_query) {
            continue;
        }
        if let Some((start, end)) = value_after(text, at + 1, name) {
            ranges.push((start, end));
        }
    }
    ranges
}

fn is_secret(name: &str, in_query: bool) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let has_any = |parts: &[&str]| parts.iter().any(|part| plain.contains(part));
    has_any(&SECRET_NAMES)
        || in_query && (has_any(&SECRET_PARAMETERS) || SHORT_PARAMETERS.contains(&plain.as_str()))
}

/// The value behind a name and its sign, without quotes around it.
fn value_after(text: &str, from: usize, name: &str) -> Option<(usize, usize)> {
    let mut rest = &text[from..];
    rest = rest.trim_start_matches([' ', '\t']);
    rest = rest.strip_prefix("Some(").unwrap_or(rest);
    let quote = rest.chars().next().filter(|c| "\"'`".contains(*c));
    if quote.is_some() {
        rest = &rest[1..];
    }
    let start = text.len() - rest.len();
    let has_words = name.eq_ignore_ascii_case("authorization");
    let length = rest.find(|c: char| match quote {
        Some(quote) => c == quote,
        None if has_words => "\r\n\"'`,".contains(c),
        None => c.is_whitespace() || "\"'`,;&<>()[]{}|".contains(c),
    });
    let length = length.unwrap_or(rest.len());
    let value = &rest[..length];
    let is_told =
        value.is_empty() || value == "None" || value.chars().all(|c| c == '*' || c == '.');
    (!is_told).then_some((start, start + length))
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn user_and_password_of_a_url_are_hidden() {
        for (text, expected) in [
            (
                "cannot read `https://ada:hush@host/x`",
                "cannot read `https://***@host/x`",
            ),
            (
                "s3://key:hush@bucket/lake: no lake here",
                "s3://***@bucket/lake: no lake here",
            ),
            ("https://hush@host", "https://***@host"),
            ("http://a:hu/sh@host/x", "http://***@host/x"),
            ("ftp://a:h@u:s@h/", "ftp://***@h/"),
            ("a://u:hush@h b://u:hush@h", "a://***@h b://***@h"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn secrets_in_a_query_are_hidden() {
        for (text, expected) in [
            (
                "https://x.blob.core.windows.net/c/a.vcf?sv=2022&sig=hu%2Fsh%3D&se=2030",
                "https://x.blob.core.windows.net/c/a.vcf?sv=2022&sig=***&se=2030",
            ),
            (
                "GET /b/k?X-Amz-Credential=hush&X-Amz-Signature=hush&x=1",
                "GET /b/k?X-Amz-Credential=***&X-Amz-Signature=***&x=1",
            ),
            ("https://h/x?token=hush", "https://h/x?token=***"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn what_follows_the_name_of_a_secret_is_hidden() {
        for (text, expected) in [
            (
                "'aws_secret_access_key:hush/x+y=='",
                "'aws_secret_access_key:***'",
            ),
            (
                "AWS_SECRET_ACCESS_KEY=hush next",
                "AWS_SECRET_ACCESS_KEY=*** next",
            ),
            (
                "AccountName=a;AccountKey=hush==;x",
                "AccountName=a;AccountKey=***;x",
            ),
            (
                "{\"client_secret\": \"hu sh\"}",
                "{\"client_secret\": \"***\"}",
            ),
            (
                "secret_access_key: Some(\"hush\")",
                "secret_access_key: Some(\"***\")",
            ),
            ("Authorization: Bearer hush", "Authorization: ***"),
            ("password: hush", "password: ***"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "chr17:43044295: REF is `A`, the reference genome has `G`",
            "there is no column `password`",
            "lake/x.parquet: expected 3 columns, got 4",
            "s3://bucket/run@2024/x.vcf",
            "abfss://container@account.dfs.core.windows.net/x",
            "http://127.0.0.1:9/x@y",
            "expected KEY=VALUE, such as kohort.unknown_sex=as_called",
            "https://host/x?version=3&key_date=2",
            "unexpected token: FROM",
            "åäö: é=1",
            "",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
