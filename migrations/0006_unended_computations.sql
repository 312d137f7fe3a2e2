-- How often the job's computation was begun of which nothing more was heard.
ALTER TABLE jobs ADD COLUMN unended_computations INTEGER NOT NULL DEFAULT 0;
