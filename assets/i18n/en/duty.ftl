# Topic: duty. Keep ids prefixed with the topic; the other language has the same ids.
duty-not-yet = This seal may not go on yet
duty-first = Ask the shift lead, then come back here.
duty-need-ground = The legal ground of the goods is not chosen. Choose it first.
duty-need-rule = The rule pack on this phone says nothing for today. Ask the shift lead before sealing.
duty-need-depletion = These goods **need an electronic seal**. Another seal only while the unit's statement stands that none is left.
duty-need-ahead = { $n ->
    [one] **{ $n } shipment** that needs an electronic seal is waiting.
   *[other] **{ $n } shipments** that need an electronic seal are waiting.
} Seal those first, or give the reason to go ahead.
duty-need-approval = Goods outside the criteria for sealing. An electronic seal needs the **approval of the head of the unit**.
duty-need-answer = Asked; the head has not answered yet.
duty-approval-refused = The head **did not approve**. Put no electronic seal on; to ask again give a new reason.
duty-approval-expired = The approval has **run out**. Ask again.
duty-approval-other = The approval does not cover all containers of this case. Compare the numbers and ask again.
duty-unruled = If it has to be sealed all the same, ask the head of the unit to approve.
duty-go-ground = Choose the ground
duty-go-depletion = State that no electronic seal is left
duty-go-ahead = See who waits, give the reason
duty-go-approval = Ask for approval
duty-stock = Electronic seals of the unit: { $free } fit for use, { $unfit } broken or in repair, { $out } on containers.
duty-stock-as-of = Central's figures of `{ $at }`.
duty-stock-never = **No figures were ever fetched from the central.**
duty-depleted = No electronic seals left
duty-stands = In force
duty-stated-by = Stated by
duty-stated-at = At
duty-stated-age = `{ $at }`, { $age } ago
duty-stated-until = Until
duty-stated-why = Reason
duty-stated-remark = Remark
duty-stated-stock = When stated: { $stock }
duty-stock-returned = The stock **has seals fit for use again**. Take an electronic seal for goods that need one; tell the person who stated it to end it.
duty-open-statement = See the statement
duty-why-in-use = All seals are in use on the road
duty-why-unfit = Seals left, but broken, flat or in repair
duty-why-not-arrived = Seals sent by other units have not arrived
duty-why-other = Another reason
duty-end = End it: seals are back
duty-end-sure = End the statement?
duty-end-sure-why = From now on goods that need one take an electronic seal.
duty-end-why = Remark (where the seals came from)
duty-who-ends = Who may end it: { $roles }.
duty-choose-why = Choose the reason.
duty-words-needed = Say in words why no electronic seal can be used.
duty-state = State: none left
duty-state-sure = State that the unit has no electronic seals left?
duty-state-sure-why = It stands for every case of the unit until { $at }.
duty-stock-now = In stock now
duty-free = { $n ->
    [one] { $n } electronic seal fit for use
   *[other] { $n } electronic seals fit for use
}
duty-free-but = The register still shows seals fit for use. Look in the store first; to state it all the same, say why.
duty-why = Why are none left?
duty-remark = Remark
duty-remark-help = Not required
duty-until = In force until `{ $at }`
duty-hours = { $n } h
duty-for-all = Stated once for every case of the unit. When seals are back, end it on this screen.
duty-none-stands = No statement stands
duty-ask-them = Ask { $names } to state it
duty-ask-them-how = { $roles } of the unit may state it, on their phone or signed in on this one.
duty-no-role = This account may not state it. Who may: { $roles }.
duty-too-long = Until { $at } at most. Choose a shorter time.
duty-relied-on = Another seal by the unit's **statement that no electronic seal is left**.
duty-waiting = { $n ->
    [one] { $n } shipment that needs an electronic seal is waiting
   *[other] { $n } shipments that need an electronic seal are waiting
}
duty-waiting-why = These goods take only what is left after those.
duty-waiting-list = Shipments that wait
duty-planned = truck expected `{ $at }`
duty-ahead-said = Reason given to go ahead: { $reason }
duty-ahead-why = Why this one first?
duty-ahead-enough = Enough seals in stock for those that wait
duty-ahead-not-here = Those are not here yet, this one is ready
duty-ahead-other = Another reason
duty-ahead-words = The reason
duty-ahead-or-mechanical = Leave empty if this one takes another customs seal.
duty-short-ground = The ground of the goods is not chosen.
duty-short-depletion = These goods need an electronic seal.
duty-short-ahead = Goods that need an electronic seal are waiting.
duty-short-approval = The head of the unit has to approve.
duty-none-free = No electronic seal fit for use
