//! What does one GT say? `0/1`, `1`, `./.`, `0/1/2`, `|0|1`: VCFv4.5 §1.6.2, GT.

use kohort_genotype::{CallBuf, MISSING, Phase};

/// Parses a GT of any form.
///
/// # Errors
/// The reason, in words that follow "GT `…`".
pub(crate) fn parse_call(text: &[u8], n_alt: u16) -> Result<CallBuf, String> {
    if let &[first, separator, second] = text
        && let (Some(first), Some(phase), Some(second)) = (
            allele_of_byte(first),
            phase_of_byte(separator),
            allele_of_byte(second),
        )
    {
        check(first, n_alt)?;
        check(second, n_alt)?;
        return Ok(CallBuf::diploid(first, second, phase));
    }
    if let &[byte] = text
        && let Some(allele) = allele_of_byte(byte)
    {
        check(allele, n_alt)?;
        return Ok(CallBuf::haploid(allele));
    }
    general(text, n_alt)
}

#[cold]
fn general(text: &[u8], n_alt: u16) -> Result<CallBuf, String> {
    /// Ploidies of plants stay far below; a pooled sample with more is a broken line.
    const MAX_PLOIDY: usize = 255;
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    let leading = phase_of_byte(text[0]);
    let mut rest = if leading.is_some() { &text[1..] } else { text };
    let mut alleles = Vec::new();
    let mut separators = Vec::new();
    loop {
        let end = rest
            .iter()
            .position(|b| phase_of_byte(*b).is_some())
            .unwrap_or(rest.len());
        let allele = parse_allele(&rest[..end])?;
        check(allele, n_alt)?;
        alleles.push(allele);
        match rest.get(end).copied().and_then(phase_of_byte) {
            Some(phase) => separators.push(phase),
            None => break,
        }
        rest = &rest[end + 1..];
        if alleles.len() == MAX_PLOIDY {
            return Err(format!("has more than {MAX_PLOIDY} alleles"));
        }
    }
    Ok(CallBuf::new(&alleles, &separators, leading))
}

fn parse_allele(text: &[u8]) -> Result<u16, String> {
    if text == b"." {
        return Ok(MISSING);
    }
    let wrong = "is not alleles (`.` or a number) between `/` or `|`";
    if text.is_empty() || text.len() > 5 {
        return Err(wrong.to_owned());
    }
    let mut value: u32 = 0;
    for &byte in text {
        if !byte.is_ascii_digit() {
            return Err(wrong.to_owned());
        }
        value = value * 10 + u32::from(byte - b'0');
    }
    Ok(u16::try_from(value).unwrap_or(MISSING - 1))
}

fn check(allele: u16, n_alt: u16) -> Result<(), String> {
    if allele == MISSING || allele <= n_alt {
        return Ok(());
    }
    let n_alleles = u32::from(n_alt) + 1;
    let plural = if n_alleles == 1 { "allele" } else { "alleles" };
    Err(format!(
        "names allele {allele}; the site has {n_alleles} {plural}"
    ))
}

/// The allele that a single character names.
#[inline]
pub(crate) fn allele_of_byte(byte: u8) -> Option<u16> {
    match byte {
        b'0'..=b'9' => Some(u16::from(byte - b'0')),
        b'.' => Some(MISSING),
        _ => None,
    }
}

/// The phase that a separator says.
#[inline]
pub(crate) fn phase_of_byte(byte: u8) -> Option<Phase> {
    match byte {
        b'|' => Some(Phase::Phased),
        b'/' => Some(Phase::Unphased),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_genotype_prints_as_it_was_written() {
        for text in [
            "0/0", "0|1", "1", ".", "./.", ".|.", "./1", "1|.", "10/2", "0/1/2", "0|1/2", "|0|1",
            "/0", "|1", "./././.", "11",
        ] {
            assert_eq!(parse_call(text.as_bytes(), 12).unwrap().to_string(), text);
        }
    }

    #[test]
    fn wrong_genotypes_say_why() {
        for (text, reason) in [
            ("", "is empty"),
            ("0/3", "names allele 3; the site has 3 alleles"),
            ("3", "names allele 3; the site has 3 alleles"),
            ("0/", "is not alleles"),
            ("/", "is not alleles"),
            ("0//1", "is not alleles"),
            ("a/b", "is not alleles"),
            ("-1/0", "is not alleles"),
            ("0/99999", "names allele 65534"),
            ("0\\1", "is not alleles"),
        ] {
            let error = parse_call(text.as_bytes(), 2).unwrap_err();
            assert!(error.starts_with(reason), "{text}: {error}");
        }
    }
}
