-- Answers refer to the notice by its Message-ID.
CREATE INDEX messages_by_message_id ON messages (message_id) WHERE message_id IS NOT NULL;

-- When a message that was set aside or left alone was read again: it came to its case then.
ALTER TABLE messages ADD COLUMN joined_at BIGINT;
