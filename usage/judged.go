package usage

import "fmt"

// WhyNothing says why no rule could be judged: no record was read that lies in the window.
// It is empty where there are records.
func (r *Report) WhyNothing() string {
	switch {
	case r.Records > 0:
		return ""
	case r.Outside > 0:
		return fmt.Sprintf("no record of the flow logs lies in the window, and %d lie outside of it", r.Outside)
	case r.Lost():
		return "no record of the flow logs could be read"
	}
	return "the flow logs hold no record"
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
