# Topic: export. Keep ids prefixed with the topic; the other language has the same ids.
export-do = Export to a file
export-sub = Encrypted for the agency; whoever carries it cannot read it
export-this = Export this
export-again = Export again
export-next = Export the photographs that are left
export-next-sub = The file before was full
export-done = Exported to a file
export-open = Open, keep or share the file
export-held = { $events ->
    [one] { $events } record
   *[other] { $events } records
}, { $photos ->
    [one] { $photos } photograph
   *[other] { $photos } photographs
} · { $size }
export-spoiled = { $n ->
    [one] **{ $n } photograph is not on the phone as it was taken** and is not in the file.
   *[other] **{ $n } photographs are not on the phone as they were taken** and are not in the file.
}
export-stays = Every item stays in the queue until its receipt. Importing one file twice doubles nothing.
export-no-key = The agency's key is not on this phone yet. Sign in once where there is network, then export again.
export-nothing = Nothing is unsent.
export-failed = The file could not be made. Try again; if it still fails, report it. Nothing is lost.
