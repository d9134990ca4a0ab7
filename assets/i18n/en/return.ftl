# Topic: return. Keep ids prefixed with the topic; the other language has the same ids.
