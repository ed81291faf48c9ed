package usage

import (
	"fmt"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/words"
)

// strangersOf returns how many network interfaces flow logs have records of, if none of them is
// of the inventory, which has some; else 0.
func strangersOf(s *flows.Summary, of []Interface) int {
	for i := range of {
		if s.Interface(of[i].Interface.ID) != nil {
			return 0
		}
	}
	if len(of) == 0 {
		return 0
	}
	return len(s.Interfaces)
}

// WhyNothing says why no rule could be judged: no record was read that lies in the window.
// It is empty where there are records, unless they are of other network interfaces alone than
// those of the inventory: of another account, Region or VPC.
func (r *Report) WhyNothing() string {
	switch {
	case r.Records > 0 && r.strangers == 0:
		return ""
	case r.Records > 0:
		return fmt.Sprintf("the flow logs have records of %s, and none of them is among the %d of the inventory", words.Count(r.strangers, "network interface"), len(r.Interfaces))
	case r.Outside > 0:
		return fmt.Sprintf("no record of the flow logs lies in the window, and %d lie outside of it", r.Outside)
	case r.Lost():
		return "no record of the flow logs could be read"
	}
	return "the flow logs hold no record"
}

// Unjudged counts the rules that are not known.
func (r *Report) Unjudged() (n int) {
	for i := range r.Rules {
		if r.Rules[i].Verdict == NotKnown {
			n++
		}
	}
	return n
}

// NotKnown counts the rules of one region of an account, and those of them that are not
// known.
func (r *Report) NotKnown(account, region string) (notKnown, rules int) {
	for i := range r.Rules {
		u := &r.Rules[i]
		if u.Region.AccountID != account || u.Region.Name != region {
			continue
		}
		rules++
		if u.Verdict == NotKnown {
			notKnown++
		}
	}
	return notKnown, rules
}
