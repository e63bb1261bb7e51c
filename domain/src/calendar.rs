//! Days and dates of the proleptic Gregorian calendar. Each era has 400 years and is counted from the first of March, so that a
//! leap day ends its year. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".

/// Days of 400 years.
const ERA_DAYS: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;

/// Year, month and day of the date that many days after 1970-01-01.
pub(crate) const fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH_DAYS;
    let era = days.div_euclid(ERA_DAYS);
    let day = days.rem_euclid(ERA_DAYS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + later, month, day_of_month)
}

/// Days from 1970-01-01 to a date; `None` for a month or day that does not exist.
pub(crate) const fn days_to(year: i64, month: i64, day: i64) -> Option<i64> {
    if month < 1 || month > 12 || day < 1 || day > days_in(year, month) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let year = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * ERA_DAYS + year * 365 + year / 4 - year / 100 + day_of_year - EPOCH_DAYS)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    #[test]
    fn every_day_of_the_years_0_to_9999_is_chronos() {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut date = NaiveDate::from_ymd_opt(0, 1, 1).unwrap();
        while date.year() <= 9_999 {
            let days = (date - epoch).num_days();
            let parts = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
            assert_eq!(date_of(days), parts);
            assert_eq!(days_to(parts.0, parts.1, parts.2), Some(days));
            date = date.succ_opt().unwrap();
        }
    }

    #[test]
    fn refuses_days_that_no_month_has() {
        for (year, month, day) in
            [(2023, 2, 29), (1900, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1)]
        {
            assert_eq!(days_to(year, month, day), None);
        }
        assert_eq!(days_to(2024, 1, 0), None);
    }
}
