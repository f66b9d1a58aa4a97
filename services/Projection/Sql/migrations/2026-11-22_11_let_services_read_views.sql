-- Exports read what BI tools read: the views of schema bi. Roles belong to the server, so that several starts at once may want this.
do
$$
begin
    perform pg_advisory_xact_lock(hashtext('qrplatform.bi_login'));
    if not exists (
        select from pg_auth_members m
        where m.roleid = 'bi_reader'::regrole and m.member = 'bi_service'::regrole) then
        grant bi_reader to bi_service;
    end if;
exception when unique_violation or duplicate_object then null;
end
$$;
