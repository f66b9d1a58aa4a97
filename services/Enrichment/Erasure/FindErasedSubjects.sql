select subject_id from events.erased_subjects where subject_id = any ($1)
