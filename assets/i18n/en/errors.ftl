# Topic: errors. Keep ids prefixed with the topic; the other language has the same ids.
start-failed = The app could not open
start-failed-text = What was recorded is still there. Check that storage is free and open the app again; if it stays so, tell support this line: { $why }
