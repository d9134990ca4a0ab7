# Topic: record. Keep ids prefixed with the topic; the other language has the same ids.
record-alarm = The central's record is not what it was
record-alarm-seen = { $why } Seen { $time }.
record-alarm-do = Nothing on this phone is lost, and what the central may lack is sent again. Report it: the report keeps both signed statements as evidence.
record-alarm-report = Report it
record-why-signature = The central's statement about its record does not carry its signature.
record-why-key = The central signs with another key than before.
record-why-forked = The central showed two records that contradict each other, and announced no restore.
record-why-rewritten = After its restore the central's older record is not the one that it had confirmed.
