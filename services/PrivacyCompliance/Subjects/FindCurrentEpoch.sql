select epoch from privacy.key_epochs where retired_at is null order by epoch desc limit 1
