//! Looking a code up in a sorted list of codes of one width, each followed by one space but the last.

/// Whether `list`, whose entries start every `STRIDE` bytes, holds `code`.
pub fn contains<const STRIDE: usize>(list: &str, code: &str) -> bool {
    let width = STRIDE - 1;
    let entries = list.len().div_ceil(STRIDE);
    let entry = |index: usize| &list.as_bytes()[index * STRIDE..index * STRIDE + width];
    let at = partition_point(entries, |index| entry(index) < code.as_bytes());
    code.len() == width && at < entries && entry(at) == code.as_bytes()
}

fn partition_point(length: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_code_and_no_other() {
        let list = "AB CD EF GH";
        for code in list.split(' ') {
            assert!(contains::<3>(list, code), "{code}");
        }
        for code in ["AA", "CE", "ZZ", "A", "ABC", ""] {
            assert!(!contains::<3>(list, code), "{code}");
        }
    }
}
