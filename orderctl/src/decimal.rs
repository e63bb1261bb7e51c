//! Amounts for people.

/// An amount in major units, exactly.
pub fn decimal(minor: i128, exponent: u32) -> String {
    let unit = 10_u128.pow(exponent);
    let sign = if minor < 0 { "-" } else { "" };
    let size = minor.unsigned_abs();
    let whole = size / unit;
    let fraction = size % unit;
    match usize::try_from(exponent) {
        Ok(0) | Err(_) => format!("{sign}{whole}"),
        Ok(width) => format!("{sign}{whole}.{fraction:0width$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revenue_is_written_in_major_units() {
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(974_774_793, 2), "9747747.93");
        assert_eq!(decimal(12, 0), "12");
        assert_eq!(decimal(1_234, 3), "1.234");
    }
}
