//! Numbers as a file writes them, with signs of its own for decimals and groups of digits.

use crate::exact::Exact;

/// Digits of a group.
const GROUP_DIGITS: usize = 3;

/// The signs of a file's numbers.
#[derive(Debug, Clone, Copy)]
pub struct NumberSigns {
    /// Before decimals.
    pub decimal: char,
    /// Between groups of digits; a number may leave it out altogether.
    pub thousands: Option<char>,
}

impl NumberSigns {
    /// Reads a number.
    pub fn read(self, text: &str) -> Option<Exact> {
        if self.decimal == '.' && self.thousands.is_none() {
            return Exact::try_new(text).ok();
        }
        let (whole, decimals) = match text.split_once(self.decimal) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (text, None),
        };
        let (sign, digits) = match whole.strip_prefix(['-', '+']) {
            Some(digits) => (&whole[..1], digits),
            None => ("", whole),
        };
        let mut plain = format!("{sign}{}", self.ungrouped(digits)?);
        if let Some(decimals) = decimals {
            // A point here would be a second sign for decimals.
            if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            plain.push('.');
            plain.push_str(decimals);
        }
        Exact::try_new(&plain).ok()
    }

    /// Digits without the signs between groups; `None` where a group has another length.
    fn ungrouped(self, digits: &str) -> Option<String> {
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(sign) = self.thousands.filter(|sign| digits.contains(*sign)) else {
            return all_digits(digits).then(|| digits.to_owned());
        };
        let mut groups = digits.split(sign);
        let first = groups.next().unwrap_or_default();
        let is_first = (1..=GROUP_DIGITS).contains(&first.len()) && all_digits(first);
        let are_groups = groups.all(|group| group.len() == GROUP_DIGITS && all_digits(group));
        (is_first && are_groups).then(|| digits.replace(sign, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_the_signs_of_their_file() {
        let german = NumberSigns { decimal: ',', thousands: Some('.') };
        let swiss = NumberSigns { decimal: '.', thousands: Some('\'') };
        let plain = NumberSigns { decimal: '.', thousands: None };
        let exact = |text: &str| Some(Exact::try_new(text).unwrap());
        for (signs, text, number) in [
            (german, "1.234,56", exact("1234.56")),
            (german, "-1.234.567,8", exact("-1234567.8")),
            (german, "1234,5", exact("1234.5")),
            (german, "12", exact("12")),
            (german, "1.23", None),
            (german, "1.2345", None),
            (german, ".123", None),
            (german, "1,234.5", None),
            (german, "1,2,3", None),
            (swiss, "1'234.50", exact("1234.5")),
            (swiss, "1,5", None),
            (plain, "1234.5", exact("1234.5")),
            (plain, "1,234.5", None),
            (plain, "", None),
            (german, "", None),
            (german, "-", None),
        ] {
            assert_eq!(signs.read(text), number, "{text}");
        }
    }
}
