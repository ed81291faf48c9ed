package findings

import (
	"cmp"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// Exception accepts findings that were decided to stay. A finding must agree
// with every field that is set; of several exceptions one is enough.
type Exception struct {
	Line   int // in the file, from 1
	Reason string
	Owner  string
	Ticket string

	Expires  time.Time // the last day on which it holds, in UTC; the zero time: no end
	Check    string    // id, or a glob: *-open-to-internet
	Account  string    // id
	Region   string    // name, or a glob: eu-*
	Group    string    // id, or a glob of the name: shop-*
	Resource string    // id of what is not a group: eni-..., acl-..., vpc-...
	Tags     map[string]string
	Ports    *inventory.Traffic // the rule opens nothing beyond it
	Source   string             // a prefix that holds the rule's, sg-... or pl-...
}

// attention is the time before its end from which on an exception is reported.
const attention = 14 * 24 * time.Hour

// Expired reports whether the exception held once and does not any more.
func (x *Exception) Expired(now time.Time) bool {
	return !x.Expires.IsZero() && !now.UTC().Before(x.Expires.AddDate(0, 0, 1))
}

// ExpiresText returns the last day, or nothing.
func (x *Exception) ExpiresText() string {
	if x.Expires.IsZero() {
		return ""
	}
	return x.Expires.Format(time.DateOnly)
}

// Matches reports whether the finding is one that the exception is about,
// whether or not it still holds.
func (x *Exception) Matches(f *Finding) bool {
	switch {
	case x.Check != "" && !glob(x.Check, f.Check),
		x.Account != "" && x.Account != f.AccountID,
		x.Region != "" && !glob(x.Region, f.Region),
		x.Group != "" && x.Group != f.GroupID && (f.GroupID == "" || !glob(x.Group, f.GroupName)),
		x.Resource != "" && x.Resource != f.ResourceID:
		return false
	}
	for key, value := range x.Tags {
		if has, there := f.Tags[key]; !there || !glob(value, has) {
			return false
		}
	}
	if x.Ports == nil && x.Source == "" {
		return true
	}
	if f.Rule == nil {
		return false
	}
	return x.matchesRule(f.Rule)
}

func (x *Exception) matchesRule(r *Rule) bool {
	if x.Ports != nil && (r.Err() != nil || !x.Ports.Covers(r.Traffic)) {
		return false
	}
	if x.Source == "" || x.Source == r.Texts().Source {
		return true
	}
	outer, err := netip.ParsePrefix(x.Source)
	return err == nil && cidr.Contains(outer, r.Peer.Prefix)
}

// glob compares with *, ? and [...]; a pattern that is none was refused when
// it was read.
func glob(pattern, text string) bool {
	ok, err := path.Match(pattern, text)
	return err == nil && ok
}

// Except suppresses the findings that exceptions accept on the given day, and
// returns what the owners of exceptions have to know, in the order of the
// exceptions: which match nothing, which have expired or will soon. Where not
// everything could be read, or not every check ran, what matches nothing is
// not reported.
func (r *Report) Except(exceptions []Exception, now time.Time) (warnings []string) {
	r.Exceptions = nil
	for i := range exceptions {
		x := &exceptions[i]
		use := ExceptionUse{Line: x.Line, Reason: x.Reason, Expires: x.ExpiresText(), Expired: x.Expired(now)}
		for k := range r.Findings {
			f := &r.Findings[k]
			if !x.Matches(f) {
				continue
			}
			use.Hits++
			if !use.Expired && f.Suppression == nil {
				f.Status = Suppressed
				f.Suppression = &Suppression{Reason: x.Reason, Expires: x.ExpiresText(), Owner: x.Owner, Ticket: x.Ticket}
			}
		}
		r.Exceptions = append(r.Exceptions, use)
	}
	return r.Attention(exceptions, now)
}

// Attention returns what Except returned for a report to which Except was applied
// with the same exceptions, or for several that were merged since.
func (r *Report) Attention(exceptions []Exception, now time.Time) (warnings []string) {
	for i, use := range r.Exceptions {
		x := &exceptions[i]
		if text := x.attention(r, use, now); text != "" {
			warnings = append(warnings, fmt.Sprintf("the exception in line %d (%s) %s", x.Line, x.Reason, text))
		}
	}
	return warnings
}

func (x *Exception) attention(r *Report, use ExceptionUse, now time.Time) string {
	who := ""
	if name := strings.TrimSpace(cmp.Or(x.Owner, x.Ticket)); name != "" {
		who = " (" + name + ")"
	}
	several := "s are"
	if use.Hits == 1 {
		several = " is"
	}
	switch {
	case use.Expired && use.Hits > 0:
		return fmt.Sprintf("expired after %s: %d finding%s open again%s", use.Expires, use.Hits, several, who)
	case use.Expired:
		return fmt.Sprintf("expired after %s and matches no finding: remove it", use.Expires)
	case use.Hits == 0 && x.sought(r):
		return "matches no finding: remove or correct it"
	case use.Hits > 0 && !x.Expires.IsZero() && x.Expires.Sub(now) <= attention:
		return fmt.Sprintf("expires after %s: %d finding%s open then%s", use.Expires, use.Hits, several, who)
	}
	return ""
}

// sought reports whether this run would have seen what the exception is about.
func (x *Exception) sought(r *Report) bool {
	if r.Incomplete() {
		return false
	}
	for _, c := range r.Coverage {
		if c.Status == "skipped" && (x.Region == "" || glob(x.Region, c.Region)) {
			return false
		}
	}
	mine := func(account, region string) bool {
		return (x.Account == "" || x.Account == account) && (x.Region == "" || glob(x.Region, region))
	}
	read := slices.ContainsFunc(r.Coverage, func(c Coverage) bool { return mine(c.AccountID, c.Region) })
	ran := x.Check == "" || slices.ContainsFunc(r.Checks, func(c CheckInfo) bool { return glob(x.Check, c.ID) })
	silent := slices.ContainsFunc(r.NotEvaluated, func(n NotEvaluated) bool {
		return mine(n.AccountID, n.Region) && (x.Check == "" || glob(x.Check, n.Check))
	})
	return read && ran && !silent
}
