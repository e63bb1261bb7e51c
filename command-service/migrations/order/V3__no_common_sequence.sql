-- Before each tenant had its counter, one sequence gave the numbers of all. No process of a release that asks it is left.
DROP SEQUENCE IF EXISTS order_number;
