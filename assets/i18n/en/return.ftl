# Topic: return. Keep ids prefixed with the topic; the other language has the same ids.
return-sub = { $n ->
    [one] { $n } seal
   *[other] { $n } seals
} of other units
return-none = No seal has to go home
return-none-text = Seals of other units appear here as soon as they are taken off or received.
return-others = Other seals
return-by-deadline = by deadline
return-seal-of =
    Seal { $seal }
    owner: { $owner }
return-due = Due 24:00 { $day }
return-left = Left
return-late = Overdue
return-late-by = { $time } overdue
return-days = Working days
return-day-received = receipt
return-day-off = taken off
return-day-due = due
return-day-free = off
return-day-holiday = holiday
return-unit-day = days
return-over-holiday = Over days off: { $names }
return-by-disarm = No receipt recorded: the clock counts from the removal.
return-receive = Record the receipt
return-received-already = The receipt is recorded already; the deadline stays.
return-choose = Choose one of two
return-way-reuse = Use it on a shipment to { $owner }
return-way-more = { $shipment } · and { $n } more
return-way-no-shipment = No shipment goes there yet
return-way-courier = Send by courier
return-way-courier-sub = Pack a parcel to { $owner }
return-in-parcel = In parcel { $parcel }, waiting for the courier
return-in-draft = Being packed into { $parcel }
return-in-some-parcel = In parcel { $parcel }
return-promised = Promised to container { $container }
return-history = Seal history
return-rule = { $days } working days · { $cite }
return-rule-unchecked = not compared with the original text
return-not-started = Neither receipt nor removal is recorded
return-no-rule = No return rule is known for that day
return-year-unknown = No working-day calendar for { $year }
return-year-unknown-do = The app does not guess the deadline. With coverage, update the list; if it is urgent, ask the supervisor.
return-parcels = Parcels
return-parcels-sub = Being packed, waiting, on the way
return-turnaround = Turnaround
return-turnaround-sub = Days of each seal there and back
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
unit-days = days
unit-hours = h
unit-minutes = min
reuse-title = Use on a shipment home
reuse-which = Tap a shipment to promise the seal
reuse-shipment = to { $office } · `{ $time }`
reuse-too-late = Leaves after the deadline
reuse-no-container = Shipment without a container number
reuse-reserved = The seal is promised to a shipment
reuse-reserved-text = The clock runs until the seal is locked onto it.
reuse-reserved-already = The seal is promised to another shipment. Take that back first.
reuse-not-home = This shipment does not go to the owner, or is sealed. Choose another.
reuse-open-case = Open the shipment's case
reuse-cancel = Take the promise back
reuse-none-text = Send it by courier before the deadline.
reuse-to-courier = Back, send by courier
reuse-rule = Only for shipments toward the unit that owns or manages the seal.
parcel-name = Parcel { $number }
parcel-none = No parcel yet
parcel-none-text = Open Return, choose a seal, then send by courier.
parcel-packing = Being packed
parcel-packing-sub = To { $office } · { $n }/{ $of } seals
parcel-waiting = Waiting for the courier
parcel-coming = Coming here
parcel-rest = Received
parcel-way = { $from } to { $to } · { $n ->
    [one] { $n } seal
   *[other] { $n } seals
}
parcel-packed-at = Packed `{ $time }`
parcel-handed-at = With the courier, `{ $waybill }` · `{ $time }`
parcel-received-at = Received `{ $time }`
parcel-received = Opened at
parcel-arrived = The parcel has arrived
parcel-unknown = This parcel is not on this phone
pack-to = To { $office }
pack-step = Pack
pack-content = Inside
pack-left = { $n ->
    [one] { $n } seal
   *[other] { $n } seals
} still to pack
pack-none-yet = Scan the seals that go in
pack-all-in = All { $n ->
    [one] { $n } seal
   *[other] { $n } seals
} are in
pack-count = { $n } of { $of } scanned
pack-scanned = Scanned
pack-inside = In the parcel
pack-to-scan = Not scanned yet
pack-scan-first = Scan a seal
pack-scan-next = Scan the next seal
pack-scan-more = Scan more
pack-not-here = Seal { $seal } is not here
pack-not-here-said = Not found, not in this parcel
pack-here-after-all = { $seal } was found
pack-take-out = Take { $seal } out
pack-extras = With them
pack-ropes = Ropes
pack-chargers = Chargers
pack-less = Fewer: { $what }
pack-more = More: { $what }
pack-before-closing = Before closing the box
pack-remind-charged = Seals are charged
pack-remind-charged-sub = The owner can use them at once
pack-remind-lithium = Lithium label is on the box
pack-remind-lithium-sub = Couriers refuse a box without it
pack-photo-how = Before closing
pack-photo-kept = Taken
pack-done = Close it, on to the courier
pack-done-without = Close it without { $n ->
    [one] { $n } seal
   *[other] { $n } seals
}
pack-give-up = Give this parcel up
pack-give-up-ask = Give the parcel up?
pack-give-up-text = Nothing is recorded yet. The seals stay with the unit.
pack-not-begun = This parcel is not packed on this phone
pack-twice = This seal is in the parcel already
pack-on-container = This seal is still on a container. Take it off first.
pack-other-parcel = This seal is in another parcel
pack-empty = Scan at least one seal
pack-need-reminders = Tick both before closing
pack-need-photo = Photograph the inside
pack-warn-register = Not in the register
pack-warn-elsewhere = Belongs to another unit
pack-warn-promised = Promised to a shipment
hand-step = Courier
hand-decision = Give it to the courier
hand-waybill = Waybill
hand-scan = Scan the waybill
hand-carrier = Courier company
hand-taken-by = Who takes it
hand-sign = The courier signs in the frame
hand-over = Hand it over
hand-near = A near number with a right check digit
hand-need-waybill = Scan or type the waybill
hand-waybill-length = A waybill has 6 to 35 characters, this has { $n }
hand-waybill-character = “{ $found }” cannot be in a waybill
hand-waybill-check-digit = Wrong check digit. Look at each digit again.
hand-waybill-s10 = Postal number, check digit right
hand-waybill-other = Another company's number, cannot be checked
hand-need-name = Write who takes it
hand-need-signature = Let the courier sign
hand-with-courier = The courier has it
hand-to-returns = Back to the list
receive-title = Receive { $number }
receive-sub = From { $from } · `{ $waybill }`
receive-sub-none = From { $from }
receive-begin = Scan each seal you take out
receive-whole = All there and good
receive-differences = { $n ->
    [one] { $n } difference
   *[other] { $n } differences
} to settle first
receive-announced = announced
receive-found = scanned
receive-good = match, good
receive-record = Differences
receive-missing = Missing
receive-missing-why = Announced, not in the parcel
receive-extra = Extra
receive-extra-of = Seal of { $owner }, not announced
receive-extra-unknown = Not announced, not in the register
receive-not-inside = Scanned by mistake
receive-damaged = Damaged
receive-conditions = Seals taken out
receive-conditions-note = tap to mark damage
receive-condition-of = Condition of seal { $seal }
receive-remark = Remark for the record
receive-all = Receive
receive-with-record = Receive, with record
receive-ask = Receive with { $n ->
    [one] { $n } difference
   *[other] { $n } differences
}?
receive-ask-text = The record says: missing { $missing }, later { $later }, extra { $extra }, damaged { $damaged }. The sender will see it.
receive-already = This parcel is received already
receive-done = Received, all there
receive-done-record = Received, with differences
receive-not-ours = This parcel is addressed to another unit
receive-not-ours-do = Ask the addressee before opening. Opened here, the seals count as held by this unit.
turnaround-sub = From locking until home again
turnaround-none = No seal has gone and come back yet
turnaround-average = { $n ->
    [one] { $n } day
   *[other] { $n } days
} on average
turnaround-away = { $n } of { $of } seals are away
turnaround-list = Each seal
turnaround-slowest = slowest first
reuse-sub = Seal { $seal } · owner { $owner }
# The way home: warnings, parcels on their way, losses.
way-soon = { $n ->
    [one] { $n } day left
   *[other] { $n } days left
}
way-today = Due today
way-overdue = Overdue
way-stage-packed = Waiting for the courier
way-stage-handed = With the courier
way-stage-transit = In transit
way-stage-delivered = Delivered
way-stage-back = Coming back
way-stage-received = Received
way-stage-differing = Differences
way-home-label = Seals to send home
way-home-overdue = { $n ->
    [one] { $n } seal overdue
   *[other] { $n } seals overdue
}
way-home-today = { $n } due today
way-home-soon = { $n } due soon
way-home-silent = { $n ->
    [one] { $n } parcel without news
   *[other] { $n } parcels without news
}
way-home-differing = { $n ->
    [one] { $n } parcel with open differences
   *[other] { $n } parcels with open differences
}
way-home-losses = { $n ->
    [one] { $n } lost or damaged seal to settle
   *[other] { $n } lost or damaged seals to settle
}
return-count-overdue = { $n } overdue
return-count-today = { $n } due today
return-count-soon = { $n } due soon
return-day-worked = work { $n }
return-worked-weekend = Worked in exchange, counts: { $days }
reuse-other-seal = Promised seal { $seal }
parcel-differing = Open differences
parcel-gone = With the courier
parcel-silent = No news for { $time }
parcel-silent-do = Look the waybill up or call the courier, then write down what they say below.
parcel-open-differences = { $n ->
    [one] { $n } difference open
   *[other] { $n } differences open
}
parcel-all-settled = all settled
pack-need-asleep = Put each seal to sleep
pack-sleep = Sleep and charge
pack-sleep-note = each seal
pack-sleep-seal = { $seal } is asleep
pack-charge = Battery { $n }%
pack-charge-low = Battery { $n }%, charge it first
pack-charge-unread = Battery not read
pack-charge-read = Read the batteries
pack-charge-again = Read them again
pack-charge-reading = Reading { $seal }
track-title = Word from the courier
track-note = newest first
track-source = Who says so
track-source-help = Tracking page, call centre, post office
track-say-in-transit = Note: in transit
track-say-delivered = Note: delivered
track-say-coming-back = Note: coming back
track-need-source = Write who says so
track-not-on-the-way = The courier does not have this parcel any more
receive-nothing-new = No further seal was scanned
receive-awaited = Comes later
receive-awaited-why = Not here yet, expected
receive-missing-report = Reported as lost to the sender on receipt
receive-await = This seal comes later
receive-not-awaited = No longer expected, missing
receive-report-lost = Report { $seal } as lost
receive-extra-why = Not on the list, received here
receive-accessories-note = count them
receive-of = { $what } (list says { $n })
receive-accessories-all = All as listed
receive-ropes-short = { $n ->
    [one] { $n } rope missing
   *[other] { $n } ropes missing
}
receive-chargers-short = { $n ->
    [one] { $n } charger missing
   *[other] { $n } chargers missing
}
receive-rest = Scan a seal that came later
receive-done-settled = Received, differences settled
loss-title = Lost and damaged seals
loss-sub = Who answers for them, what became of them
loss-none = No seal is lost or damaged
loss-none-text = Seals that are missing or damaged when a parcel is received appear here.
loss-settled = Settled
loss-lost = Lost
loss-damaged = Damaged
loss-line = { $what } · { $office } answers for it · `{ $time }`
loss-open = Open
loss-in-repair = In repair
loss-found = Found
loss-repaired = Repaired
loss-written-off = Written off
loss-unknown = This report is not on the phone
loss-already = This seal is reported already
loss-reported = Reported
loss-responsible = Answers for it
loss-parcel = In
loss-stands = How it stands
loss-story = What happened
loss-which = What became of it?
loss-say = Write it down
loss-say-found = Found
loss-say-found-sub = The seal is at this unit and fit for use
loss-say-repaired = Repaired
loss-say-repaired-sub = Fit for use again
loss-say-in-repair = Sent to repair
loss-say-in-repair-sub = Not to be used yet
loss-say-written-off = Written off
loss-say-written-off-sub = No longer in use, by a decision
loss-remark = Remark
loss-remark-help = Where it was found, what was repaired, number of the decision
loss-need-choice = Choose what became of it
loss-need-remark = Write a remark
loss-cannot = { $what }: { $why }
loss-not-settled = This is settled
loss-not-owner = Only the unit that owns or manages the seal may say so
loss-not-concerned = The unit has nothing to do with this seal
loss-not-role = The head of the owning unit has to decide
loss-no-rule = No rule says who may write a seal off
turnaround-legs = Average of each part
turnaround-road = On the road
turnaround-wait = Waiting where it came off
turnaround-home = On the way home
turnaround-unknown = none yet
turnaround-overdue = Overdue share
turnaround-ours = Our seals, held by others
turnaround-theirs = Seals of others, held here
turnaround-share = { $n }/{ $of } · { $percent }%
turnaround-holders = Who holds longest
turnaround-holders-note = until today
turnaround-holds = { $n ->
    [one] Holds { $n } seal, the longest for { $days } days
   *[other] Holds { $n } seals, the longest for { $days } days
}
turnaround-held-average = Before: { $n } days on the average, { $turns } turns
turnaround-holder-overdue = { $n ->
    [one] { $n } seal overdue
   *[other] { $n } seals overdue
}
turnaround-held = Held longest
turnaround-leg-road = Out { $n }
turnaround-leg-wait = { $n } at { $office }
turnaround-leg-home = back { $n }
