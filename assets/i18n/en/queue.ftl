# Topic: queue. Keep ids prefixed with the topic; the other language has the same ids.
queue-sub = { $n ->
    [one] { $n } item
   *[other] { $n } items
} · { $size } · nothing lost
queue-sub-stuck = { $n } items · { $size } · { $stuck } to mend
queue-sub-none = Nothing waits
queue-send-now = Send now
queue-send-this = Send again
queue-stuck = Needs a person
queue-stuck-note = the others go on
queue-going = Waiting to send
queue-order = records first, photos after
queue-accepted = Taken by the central
queue-accepted-note = with receipt
queue-all-sent = All sent
queue-all-sent-text = The central gave receipts for { $n ->
    [one] { $n } item
   *[other] { $n } items
} today.
queue-to-shift = To the shift
queue-net-portal = **The network wants a login.** Open the browser, sign in to the network, then send again. Nothing is lost.
queue-net-busy = **The central is busy or down.** Carry on, the phone tries again at **`{ $retry }`**. Nothing is lost.
queue-net-retry = The phone tries again at **`{ $retry }`**. Nothing is lost.
queue-net-offline = **No network** since { $time }. The phone sends when the network is back. Nothing is lost.
queue-net-storage = **The phone has no room to write.** Delete private photos and files; sending goes on by itself. Nothing is lost.
queue-net-elsewhere = **Another window of this app is sending.** The items stay in this queue and go out from there.
queue-net-sign-in = **The sign-in has expired.** Sign in again to send. Nothing is lost.
queue-net-tls = **The central cannot be trusted.** Check the phone's date and time: it says **`{ $now }`**. If that is right, tell the administrators: the central's certificate is not valid, or this network stands in between. Nothing is lost.
queue-net-forbidden = **The central refuses to take anything.** This account or phone is barred; tell the administrators. Carry on, nothing is lost.
queue-net-upgrade = **The app is too old.** Update it and sending goes on. Carry on, nothing is lost.
queue-state-photo-missing = Photograph missing
queue-state-photo-changed = Photograph changed
queue-state-stuck = Sent back
queue-state-accepted = Central has it
queue-state-sending = Being sent
queue-state-part = { $n } % sent
queue-state-after-fact = Waits for its record
queue-state-network = Waits for coverage
queue-state-sign-in = Waits for sign-in
queue-state-portal = Network wants a login
queue-state-busy = Central busy
queue-state-tls = Central not trusted
queue-state-forbidden = Not allowed to send
queue-state-upgrade = Waits for an update
queue-restored = **The central was restored.** Sending { $n ->
    [one] { $n } item
   *[other] { $n } items
} again. Nothing is lost.
queue-state-restored = Sent again
queue-proven = proven in the record
queue-author = by { $name }
queue-author-you = by you
queue-rescue-full = **The rescue copy could not be written: the phone is full.** The record itself is saved. Delete private photos and files; the copy is made up for by itself.
queue-rescue-waits = **The rescue copy could not be written.** The record itself is saved, and the copy is made up for by itself. If this stays, report it.
queue-sent = { $size } sent
queue-receipt = receipt `{ $code }`
queue-tries = { $n ->
    [one] { $n } try
   *[other] { $n } tries
}
queue-next-try = again at `{ $time }`
queue-open-case = Open the case
queue-why-refused = The central refused it: **{ $detail }** ({ $code }). Look at the case and send again, or report it. The others go on.
queue-why-hash = The central holds another content under the same id. **Nothing is overwritten.** Report it at once.
queue-why-photo-missing = The photo's file is gone from this phone. The record stays. Photograph again if you can, and report it.
queue-why-photo-changed = The photo's file was changed on this phone. It is not sent. Report it.
queue-photo = Photo: { $of }
queue-thumbnail = Small photo: { $of }
queue-photo-fact = Photo record: { $of }
queue-arm = Command to lock
queue-disarm = Command to open
queue-armed = Seal locked
queue-disarmed = Seal opened
queue-recorded-off = Recorded as taken off
fact-case-opened = Case opened on the spot
fact-code-read = Code scanned
fact-goods-decided = Legal ground
fact-trip-declared = Trip
fact-seal-prepared = Checks before locking
fact-lock-commanded = Command to the seal
fact-lock-read = Seal state read
fact-seal-recorded = Seal recorded by hand
fact-photo-taken = Photo taken
fact-tug-tested = Tug test
fact-cargo-handed-over = Hand-over record
fact-seal-log-read = Seal log read
fact-inspected = Seal inspected
fact-seal-cut-off = Seal cut off
fact-seal-received = Seal received
fact-reuse-reserved = Promised to a shipment
fact-parcel-packed = Parcel packed
fact-parcel-handed-over = Given to the courier
fact-parcel-received = Parcel received
fact-conflict-decided = Conflict decided
fact-difficulty-reported = Problem reported
fact-diagnostics-given = Technical details of a reported problem
fact-corrected = Correction
fact-parcel-tracked = Word from the courier
fact-loss-reported = Seal lost or damaged
fact-loss-settled = Loss settled
fact-tracking-seen = Platform report
fact-seal-signed = Signed by the seal
fact-signature-checked = Central checked the signature
photo-of-doors = doors
photo-of-rope-path = rope
photo-of-closed-lock = closed lock
photo-of-plates = plates
photo-of-housing = housing
photo-of-bolt = bolt
photo-of-cut-seal = cut seal
photo-of-damaged-label = damaged label
photo-of-parcel-contents = inside of the parcel
photo-of-waybill = waybill
photo-of-other = other photo
