//! The three formats from a real read database.

use read_models::{ModelSet, Orders};
use std::sync::atomic::{AtomicU64, Ordering};

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use bytes::Bytes;
use serde_json::{Value as Json, json};
use service_kit::testing::TestDatabase;

use super::*;

const FORMATS: [Format; 3] = [Format::Ndjson, Format::Csv, Format::Parquet];
/// Rows of the large table: several row groups of a Parquet file.
const MANY: i64 = 50_000;

/// A read database with three orders of tenant `shop` and one of another.
async fn filled() -> (TestDatabase, Client) {
    let database = TestDatabase::migrated(read_models::migrations()).await;
    let mut client = database.client().await;
    read_models::ensure_live(&mut client, &[Orders::MODELS]).await.unwrap();
    read_models::Generations::live(&client, &Orders::MODELS.all()).await.unwrap().select(&client).await.unwrap();
    client.batch_execute(include_str!("tests_rows.sql")).await.unwrap();
    (database, client)
}

fn job(table: Table, format: Format, condition: &str) -> Job {
    let condition = if condition.is_empty() { Condition::default() } else { condition.parse().unwrap() };
    Job { table, format, tenant: TenantId::try_new("shop").unwrap(), condition }
}

async fn exported(client: &Client, job: &Job) -> Vec<u8> {
    let mut out = Vec::new();
    export(client, job, &mut out, |_| ()).await.unwrap();
    out
}

/// What an export holds, every value as JSON has it.
fn read_back(job: &Job, content: Vec<u8>) -> Vec<Vec<Json>> {
    match job.format {
        Format::Ndjson => {
            let rows = content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let object = |line: &[u8]| serde_json::from_slice::<Map>(line).unwrap();
            rows.map(object)
                .map(|row| job.table.columns().iter().map(|(name, _)| row[*name].clone()).collect())
                .collect()
        }
        Format::Csv => {
            let mut reader = csv::Reader::from_reader(content.as_slice());
            let names: Vec<&str> = job.table.columns().iter().map(|(name, _)| *name).collect();
            assert_eq!(reader.headers().unwrap(), names);
            let kinds = || job.table.columns().iter().map(|(_, kind)| *kind);
            let value = |(text, kind): (&str, table::Kind)| match kind {
                _ if text.is_empty() => Json::Null,
                table::Kind::Whole | table::Kind::Flag => text.parse().unwrap(),
                table::Kind::Text | table::Kind::Time => json!(text),
            };
            reader.records().map(|row| row.unwrap().iter().zip(kinds()).map(value).collect()).collect()
        }
        Format::Parquet => {
            let reader = SerializedFileReader::new(Bytes::from(content)).unwrap();
            let rows = reader.get_row_iter(None).unwrap();
            rows.map(|row| row.unwrap().get_column_iter().map(|(_, field)| from_parquet(field)).collect()).collect()
        }
    }
}

type Map = serde_json::Map<String, Json>;

fn from_parquet(field: &Field) -> Json {
    match field {
        Field::Null => Json::Null,
        Field::Bool(flag) => json!(flag),
        Field::Long(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::TimestampMicros(micros) => {
            let time = chrono::DateTime::from_timestamp_micros(*micros).unwrap();
            json!(time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
        }
        other => panic!("no column is a {other:?}"),
    }
}

#[tokio::test]
async fn every_format_reads_back_as_the_same_rows() {
    let (_database, client) = filled().await;
    for (table, rows) in [(Table::Orders, 3), (Table::Lines, 3)] {
        let mut all = Vec::new();
        for format in FORMATS {
            let job = job(table, format, "");
            all.push(read_back(&job, exported(&client, &job).await));
        }
        assert_eq!(all[0].len(), rows);
        assert_eq!(all[0], all[1]);
        assert_eq!(all[0], all[2]);
    }
}

#[tokio::test]
async fn amounts_are_exact_and_negative_in_a_credit() {
    let (_database, client) = filled().await;
    let lines = job(Table::Lines, Format::Ndjson, "kind = CREDIT");
    let text = String::from_utf8(exported(&client, &lines).await).unwrap();
    let row: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(row["quantity"], -2);
    assert_eq!(
        (&row["unitPrice"], &row["total"], &row["totalMinor"]),
        (&json!("2.5525"), &json!("-5.10"), &json!(-510))
    );
    assert_eq!(row["placedAt"], "2011-02-01T10:00:00.000000Z");
    assert_eq!(row["description"], "a \"quoted\", line\nbreak");
}

#[tokio::test]
async fn a_condition_leaves_out_what_does_not_meet_it() {
    let (_database, client) = filled().await;
    for (condition, numbers) in [
        ("kind = SALE", vec!["A-1", "A-3"]),
        ("customer != c-1", vec!["C-2", "A-3"]),
        ("customer = 'o''neill'", vec!["A-3"]),
        ("placedAt >= 2011-02-01 and placedAt < 2011-03-01", vec!["C-2"]),
        ("total > 100", vec!["A-3"]),
        ("total <= -5.10", vec!["C-2"]),
        ("number = x", vec![]),
        ("state = COMPLETED and imported = true and currency = GBP and country = GB", vec!["A-1", "C-2"]),
    ] {
        let job = job(Table::Orders, Format::Csv, condition);
        let rows = read_back(&job, exported(&client, &job).await);
        let found: Vec<_> = rows.iter().map(|row| row[8].as_str().unwrap()).collect();
        assert_eq!(found, numbers, "{condition}");
    }
}

#[tokio::test]
async fn many_rows_arrive_in_each_format() {
    let (_database, client) = filled().await;
    client.execute(include_str!("tests_many.sql"), &[&MANY]).await.unwrap();
    for format in FORMATS {
        let job = job(Table::Orders, format, "customer = many");
        let seen = AtomicU64::new(0);
        let mut out = Vec::new();
        let rows = export(&client, &job, &mut out, |rows| seen.store(rows, Ordering::Relaxed)).await.unwrap();
        assert_eq!((rows, seen.into_inner()), (50_000, 50_000));
        assert_eq!(read_back(&job, out).len(), 50_000);
    }
}

#[tokio::test]
async fn a_file_appears_whole_or_not_at_all() {
    let (_database, client) = filled().await;
    let folder = std::env::temp_dir().join(format!("orders-export-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("orders.parquet");
    let job = job(Table::Orders, Format::Parquet, "");
    assert_eq!(to_file(&client, &job, &path, |_| ()).await.unwrap(), 3);
    assert_eq!(read_back(&job, std::fs::read(&path).unwrap()).len(), 3);
    client.batch_execute("DROP TABLE order_summary CASCADE").await.unwrap();
    let other = folder.join("other.parquet");
    assert!(matches!(to_file(&client, &job, &other, |_| ()).await, Err(ExportError::Read(_))));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    std::fs::remove_dir_all(folder).unwrap();
}
