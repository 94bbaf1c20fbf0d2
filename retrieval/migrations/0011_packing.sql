-- Token vectors are packed along their main axes from now on: those of before must be made anew (`qawl check --repair`).
UPDATE meta SET value = 'an earlier Qawl (' || value || ')' WHERE name = 'model';
