DROP SCHEMA IF EXISTS bench_reads CASCADE;
CREATE SCHEMA bench_reads;
CREATE TABLE bench_reads.customers (i bigint PRIMARY KEY, customer text NOT NULL COLLATE "C");
CREATE TABLE bench_reads.orders (i bigint PRIMARY KEY, order_id uuid NOT NULL);
CREATE TABLE bench_reads.filters (i bigint PRIMARY KEY, country text NOT NULL COLLATE "C");
CREATE TABLE bench_reads.pages (i bigint PRIMARY KEY, placed_at timestamptz NOT NULL, order_id uuid NOT NULL);
