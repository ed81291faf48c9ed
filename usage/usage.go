// Package usage says which rules of security groups the traffic of flow logs needed.
//
// It takes an inventory and a summary of flow logs and gives a verdict for each
// rule, with what it rests on: which connections the rule allowed, which of them
// another rule allows too, and for which hours there are records of the interfaces
// that the group is attached to. What was not recorded is never taken for what did
// not happen: a rule is unused only where every hour of the window is covered.
//
// Everything is judged by the rules and addresses of the inventory. Records of a
// time at which they were others are attributed to the rules of today.
package usage

import (
	"net/netip"
	"time"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// Verdict is what is known about the use of a rule.
type Verdict string

// The verdicts.
const (
	Used       Verdict = "used"        // it allowed connections that no other rule allows
	SharedOnly Verdict = "shared-only" // another rule allows all that it allowed
	Unanswered Verdict = "unanswered"  // it allowed connections, and no reply to any of them was seen
	Unused     Verdict = "unused"      // it allowed nothing in a window that is covered
	NotKnown   Verdict = "not-known"   // it allowed nothing that was recorded, and the records have holes
)

// Options say how rules are judged.
type Options struct {
	Since, Until time.Time // the window; the zero Times: from the first full hour of the records to the last one
	MaxSources   int       // the most rules that a proposal may have in the place of one; 0: 10
	// References returns the groups that stand for a private address of a VPC as the
	// source of a rule: every interface with the address has one of them, and they
	// can be referenced. Nil: proposals name addresses.
	References func(region *inventory.Region, vpc string, a netip.Addr) []string
}

// Rule is one rule of a group, and what is known about its use.
type Rule struct {
	Region *inventory.Region
	Group  *inventory.Group
	Rule   *inventory.Rule

	Verdict Verdict
	Unsure  bool     // used, if it is, by connections of which the records do not say who opened them, or that another rule may have allowed
	Reasons []string // why it is not known, or what limits the verdict

	Count              // of the connections that it allowed, exclusive or not
	Exclusive uint64   // rows that no other rule allows for certain
	Shared    uint64   // rows that another rule allows too, or may allow or allows in part: these are among Exclusive as well
	Remotes   int      // remote addresses, at least so many: each of Blocks counts as one
	Blocks    int      // blocks that several remote addresses were folded into
	Needed    []Needed // what it allowed, by traffic

	Attached int // interfaces that the group is attached to
	Using    int // those of them on which the rule allowed something
	Covered  int // hours that are covered, of all those interfaces
	Hours    int // hours of the window, times the interfaces

	Narrow *Narrow // a narrower set of rules for the same connections; nil: there is none, or the rule is not used

	joined         cidr.Set // the blocks of the VPC of its group, and of the peers of that
	hits           []hit
	maybe          []hit            // of connections that may have been opened in the other direction: no use, and no proposal cuts them
	sharing        map[*Rule]uint64 // how many of its rows another rule allows too
	sure, answered bool

	sureExclusive, sureAnswered bool   // a row that the rule allowed for certain was no other rule's; was answered
	goneMember                  string // traffic that it may have allowed to a member of a referenced group that is gone
}

// Count is how much a rule allowed.
type Count struct {
	Records, Packets, Bytes uint64
	First, Last             int64 // Unix seconds; 0: nothing
}

func (c *Count) add(f *flows.Flow) {
	if c.Records == 0 || f.First < c.First {
		c.First = f.First
	}
	c.Last = max(c.Last, f.Last)
	c.Records += f.Records
	c.Packets += f.Packets
	c.Bytes += f.Bytes
}

// Needed is a traffic that a rule allowed.
type Needed struct {
	Traffic inventory.Traffic
	Remotes []netip.Prefix // sorted
	Seen    []Seen         // of each of Remotes
	Last    int64          // Unix seconds
}

// Seen is how a remote address used a traffic.
type Seen struct {
	Last     int64 // Unix seconds
	Answered bool  // one of its connections at least was answered
	Flagged  bool  // the TCP flags of one that was answered show who opened it, so that a refusal does not look like an answer
	Opened   bool  // of one that was answered, it is not in doubt who opened it
}

// Unattributed is traffic of an interface that no rule of today allows or keeps out:
// the rule is gone, or the interface is.
type Unattributed struct {
	Interface string
	Direction inventory.Direction
	Traffic   inventory.Traffic
	Remotes   int
	Count
}

// Interface is how far an interface is covered.
type Interface struct {
	Region    *inventory.Region
	Interface *inventory.Interface
	Covered   int      // hours of the window for which there are records
	Skipped   int      // hours of which AWS did not record all (SKIPDATA), or may not have (no log-status)
	Reasons   []string // what is missing; empty: every hour is covered
}

// Report is what is known about the use of the rules of an inventory.
type Report struct {
	First, Last int64 // the window: whole hours, in Unix seconds; Last is not in it
	Rules       []Rule
	Interfaces  []Interface    // of the inventory, in its order
	NoRule      []Unattributed // accepted, and no rule of today lets it in
	Gone        []Unattributed // accepted on interfaces that the inventory does not hold
	Rejected    []Unattributed // turned away by groups or network ACLs
	Foreign     uint64         // rows of interfaces of accounts that the inventory does not hold
	Unclear     uint64         // rows of which the records do not say who opened the connection
	Flows       uint64         // rows that were accepted, on interfaces of the inventory
	Records     uint64         // lines of flow logs that were counted
	Outside     uint64         // lines of flow logs that lie outside of the window
	Notes       []flows.Note

	index     map[ruleKey]int
	strangers int                 // see strangersOf
	idle      map[groupKey]string // see WithoutTraffic
}

// ruleKey is a rule by its text.
type ruleKey struct{ account, region, group, rule string }

// Of returns what is known of a rule, or nil. It may be asked by several goroutines.
func (r *Report) Of(account, region, group string, rule *inventory.Rule) *Rule {
	if i, found := r.index[ruleKey{account, region, group, rule.String()}]; found {
		return &r.Rules[i]
	}
	return nil
}

const hour = 3600

// Hours is the length of the window in hours.
func (r *Report) Hours() int { return int(max(0, r.Last-r.First) / hour) }

// window returns the whole hours that are judged.
func window(s *flows.Summary, o *Options) (first, last int64) {
	first, last = s.First, s.Last
	if !o.Since.IsZero() {
		first = o.Since.Unix()
	}
	if !o.Until.IsZero() {
		last = o.Until.Unix()
	}
	first = (first + hour - 1) / hour * hour
	return first, max(first, last/hour*hour)
}

// Judge judges every rule of the inventory, which must be normalised, by the summary.
// Rules are in the order of the inventory.
func Judge(inv *inventory.Inventory, s *flows.Summary, o Options) *Report {
	if o.MaxSources <= 0 {
		o.MaxSources = defaultSources
	}
	j := newJudge(inv, s, &o)
	j.attribute()
	j.cover()
	j.decide()
	j.judgeIdle()
	r := j.report
	r.Records, r.Outside = s.Records, s.Outside
	r.strangers = strangersOf(s, r.Interfaces)
	r.index = make(map[ruleKey]int, len(r.Rules))
	for i := range r.Rules {
		u := &r.Rules[i]
		r.index[ruleKey{u.Region.AccountID, u.Region.Name, u.Group.ID, u.Rule.String()}] = i
	}
	return r
}

const defaultSources = 10
