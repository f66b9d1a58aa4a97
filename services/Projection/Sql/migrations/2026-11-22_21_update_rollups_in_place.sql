-- Rollups change with every page. An index on change_seq, which every change moves, makes each a new entry in every index, and work for the
-- vacuum later; without it, and with room on the page, a row is updated in place. Extracts read a rollup as a whole, or by days.

drop index projection.rollup_quarter_hour_change;
drop index projection.rollup_day_change;
alter table projection.rollup_quarter_hour set (fillfactor = 50);
alter table projection.rollup_day set (fillfactor = 50);
alter table projection.session set (fillfactor = 80);
