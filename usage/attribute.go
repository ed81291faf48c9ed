package usage

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// attribute goes through the rows of the summary, one interface after the other.
func (j *judge) attribute() {
	var rows []flows.Flow
	finish := func() {
		if len(rows) > 0 {
			j.attributeInterface(merged(rows))
			rows = rows[:0]
		}
	}
	for f := range j.summary.All() {
		if len(rows) > 0 && rows[0].Interface != f.Interface {
			finish()
		}
		rows = append(rows, f)
	}
	finish()
	j.report.NoRule, j.report.Gone, j.report.Rejected = j.tallies(noRule), j.tallies(goneInterface), j.tallies(rejected)
}

// merged joins the rows of an interface that are about the same connections, of
// which one may be known from the flags and one from the ports. The certainty of the
// best one holds.
func merged(rows []flows.Flow) []flows.Flow {
	order := func(a, b flows.Flow) int {
		return cmp.Or(cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.FirstPort, b.FirstPort), cmp.Compare(a.LastPort, b.LastPort),
			a.Remote.Addr().Compare(b.Remote.Addr()), cmp.Compare(a.Remote.Bits(), b.Remote.Bits()), boolOrder(a.Rejected, b.Rejected), cmp.Compare(a.Certainty, b.Certainty))
	}
	slices.SortFunc(rows, order)
	kept := rows[:0]
	for _, f := range rows {
		if n := len(kept); n > 0 {
			x := f
			x.Certainty = kept[n-1].Certainty
			if order(x, kept[n-1]) == 0 {
				kept[n-1].Join(&f)
				continue
			}
		}
		kept = append(kept, f)
	}
	return kept
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func (j *judge) attributeInterface(rows []flows.Flow) {
	id := rows[0].Interface
	at, known := j.owners[id]
	if !known {
		j.attributeGone(rows)
		return
	}
	touched := map[*Rule]bool{}
	for i := range rows {
		f := &rows[i]
		if f.Rejected {
			j.tally(rejected, f)
			continue
		}
		if first, seen := j.accepted[id]; !seen || f.First < first {
			j.accepted[id] = f.First
		}
		if f.Certainty != flows.Unlikely {
			j.report.Flows++
		}
		for _, r := range j.attributeFlow(at, f) {
			touched[r] = true
		}
	}
	for r := range touched {
		r.Using++
	}
}

// mostAttempts is how many packets one attempt to open a TCP connection has at most: a
// SYN and the six that Linux sends again by default (tcp_syn_retries).
const mostAttempts = 7

// answered reports whether the connections of a row were answered. A UDP packet needs a
// reply, and so does a TCP connection of which each record shows the SYN and no more
// packets than an attempt has. Other TCP connections may also have had more packets than
// unanswered attempts have. Other protocols need no answer.
func answered(f *flows.Flow) bool {
	switch f.Protocol {
	case inventory.UDP:
		return f.Answered()
	case inventory.TCP:
		return f.Answered() || f.Opened < f.Forward() && f.Packets > mostAttempts*f.Records
	}
	return true
}

// attributeFlow credits the rules that allowed a row, and returns them. Those that may have
// allowed it, or a part of it, are credited beside the ones that did for certain.
func (j *judge) attributeFlow(at *holder, f *flows.Flow) []*Rule {
	sure, perhaps, unseen := j.candidates(at, f)
	if f.Around(j.options.Since, j.options.Until) {
		for _, r := range append(sure, perhaps...) {
			r.maybe = append(r.maybe, j.hitOf(at, f, r.Rule))
			r.doubt("connections on " + f.Traffic().String() + " were seen from before the window until after it: the summary does not say whether any was in it")
		}
		return nil
	}
	if f.Certainty == flows.Unlikely {
		for _, r := range append(sure, perhaps...) {
			r.maybe = append(r.maybe, j.hitOf(at, f, r.Rule))
			r.doubt("a connection on " + f.Traffic().String() + " may have been opened in the other direction: the records do not say who opened it")
		}
		return nil
	}
	if f.Certainty == flows.Either {
		j.report.Unclear++
	}
	if len(sure)+len(perhaps) == 0 {
		j.doubtLists(at, f)
	}
	if len(sure)+len(perhaps) == 0 && !unseen {
		switch f.Certainty {
		case flows.Certain:
			j.tally(noRule, f)
		case flows.Likely:
			j.doubtReverse(at, f)
		}
	}
	for _, r := range sure {
		j.credit(r, at, f, without(sure, r), f.Certainty == flows.Either)
		if len(sure) == 1 && len(perhaps) > 0 {
			r.Shared++
		}
	}
	for _, r := range perhaps {
		j.credit(r, at, f, slices.Concat(sure, j.alsoAllowed(at, f, r, perhaps)), true)
	}
	return append(sure, perhaps...)
}

// doubtReverse notes the rules that allow all of the reverse of a row, where no rule allows
// the row: its ports may say wrongly who opened the connection.
func (j *judge) doubtReverse(at *holder, f *flows.Flow) {
	reverse, found := f.Reverse()
	if !found {
		return
	}
	sure, _, _ := j.candidates(at, &reverse)
	for _, r := range sure {
		r.maybe = append(r.maybe, j.hitOf(at, &reverse, r.Rule))
		r.doubt("a connection on " + f.Traffic().String() + ", which no rule of today allows, may have been opened in the other direction: the records do not say who opened it")
	}
}

// candidates returns the rules of an interface that allow all of a row for certain, those
// that may allow it or a part of it, and whether a group of the interface was not read. A
// rule that may have allowed the row to a member of a group that is gone keeps that.
func (j *judge) candidates(at *holder, f *flows.Flow) (sure, perhaps []*Rule, unseen bool) {
	var others []*Rule
	for _, id := range at.e.Groups {
		home := j.homes[id]
		if home == nil {
			unseen = true
			continue
		}
		for _, r := range home.rules[id] {
			switch j.match(home, at.e, r.Rule, f) {
			case certain:
				sure = append(sure, r)
			case possible:
				perhaps = append(perhaps, r)
			default:
				if r.goneMember == "" && r.Rule.Peer.Group != nil {
					others = append(others, r)
				}
			}
		}
	}
	for _, r := range others {
		if j.mayHaveAllowedGone(r, f, len(sure) == 0) {
			r.goneMember = j.goneMemberText(at, r, f)
		}
	}
	return sure, perhaps, unseen
}

func without(rules []*Rule, r *Rule) []*Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(o *Rule) bool { return o == r })
}

// alsoAllowed returns those of the other rules that allow all that a rule may have
// allowed of a row. Two rules for parts of it that differ, such as two types of ICMP, do
// not: each of them may be the only one that allowed it.
func (j *judge) alsoAllowed(at *holder, f *flows.Flow, r *Rule, rules []*Rule) []*Rule {
	h := j.hitOf(at, f, r.Rule)
	return slices.DeleteFunc(without(rules, r), func(o *Rule) bool {
		return !o.Rule.Traffic.Covers(h.traffic) ||
			o.Rule.Peer.String() != r.Rule.Peer.String() && j.peer(j.homes[o.Group.ID], at.e, &o.Rule.Peer, h.remote) != certain
	})
}

// doubt notes the first reason for which it is not certain that a rule is not used.
func (r *Rule) doubt(reason string) {
	if len(r.Reasons) == 0 {
		r.Reasons = append(r.Reasons, reason)
	}
}

// credit counts a row that the rule allowed, and that other rules allow too.
func (j *judge) credit(r *Rule, at *holder, f *flows.Flow, others []*Rule, unsure bool) {
	r.Count.add(f)
	if len(others) > 0 {
		r.Shared++
		r.share(others)
	} else {
		r.Exclusive++
	}
	if !unsure {
		r.sure = true
		r.sureExclusive = r.sureExclusive || len(others) == 0
		r.sureAnswered = r.sureAnswered || answered(f)
	}
	if answered(f) {
		r.answered = true
	}
	r.hits = append(r.hits, j.hitOf(at, f, r.Rule))
}

// hitOf cuts a row to what a rule allows.
func (j *judge) hitOf(at *holder, f *flows.Flow, r *inventory.Rule) hit {
	h := hit{traffic: cutTraffic(f.Traffic(), r.Traffic), remote: f.Remote, first: j.began(f), last: f.Last, answer: answered(f), attempt: j.isAttempt(at, f), either: f.Certainty == flows.Either && !f.Traffic().HasPorts(), unclear: f.Certainty == flows.Either, flagged: f.Protocol == inventory.TCP && f.Certainty == flows.Certain, at: at}
	if p := r.Peer.Prefix; p.IsValid() && p.Bits() > f.Remote.Bits() {
		h.remote = p
	}
	return h
}

// cutTraffic is the part of a traffic that a rule allows; they overlap.
func cutTraffic(t, rule inventory.Traffic) inventory.Traffic {
	switch {
	case rule.Protocol == inventory.AllProtocols:
		return t
	case t.HasPorts():
		return inventory.Ports(t.Protocol, max(t.First, rule.First), min(t.Last, rule.Last))
	}
	return rule
}

// Kinds of rows that no rule is credited with.
const (
	noRule = iota
	goneInterface
	rejected
)

type looseKey struct {
	kind      int
	iface     string
	direction inventory.Direction
	traffic   inventory.Traffic
}

type tally struct {
	remotes int
	Count
}

func (j *judge) tally(kind int, f *flows.Flow) {
	key := looseKey{kind, f.Interface, f.Direction, f.Traffic()}
	t := j.loose[key]
	if t == nil {
		t = &tally{}
		j.loose[key] = t
	}
	t.remotes++
	t.add(f)
}

func (j *judge) tallies(kind int) []Unattributed {
	list := []Unattributed{}
	for key, t := range j.loose {
		if key.kind == kind {
			list = append(list, Unattributed{key.iface, key.direction, key.traffic, t.remotes, t.Count})
		}
	}
	slices.SortFunc(list, func(a, b Unattributed) int {
		return cmp.Or(cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Traffic.Protocol, b.Traffic.Protocol),
			cmp.Compare(a.Traffic.First, b.Traffic.First), cmp.Compare(a.Traffic.Last, b.Traffic.Last))
	})
	return list
}
