//! Parameters as Stripe takes them: form-encoded, with brackets for what is nested.

/// The parameters of a request, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The value of a name; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The pairs of `name[key]=value`.
    pub(crate) fn nested<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(known, value)| {
            let key = known.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            Some((key, value.as_str()))
        })
    }

    /// Whether `name[]` or `name[0]` and so on has a value.
    pub(crate) fn lists(&self, name: &str, value: &str) -> bool {
        self.nested(name).any(|(_, listed)| listed == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_parameters_are_found() {
        let form = Parameters::parse(b"amount=100&metadata%5Bpayment_id%5D=p-1&expand[]=latest_charge&empty=");
        assert_eq!((form.get("amount"), form.get("empty"), form.get("other")), (Some("100"), None, None));
        assert_eq!(form.nested("metadata").collect::<Vec<_>>(), [("payment_id", "p-1")]);
        assert!(form.lists("expand", "latest_charge") && !form.lists("expand", "customer"));
    }
}
