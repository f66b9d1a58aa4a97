-- No message is worked on for days: what was resolved before the fence is long gone.
delete from events.erased_subjects where erased_at < $1
