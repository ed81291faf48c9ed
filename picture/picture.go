// Package picture draws who can talk to whom: the security groups of each VPC
// as boxes, with a row for each inbound traffic that they allow, in the order
// in which connections flow.
//
// New makes the model from an inventory and the report of its audit. The
// picture judges nothing: severities, verdicts and what counts as the internet
// come from the findings. The same model feeds every format, and the same input
// gives the same bytes.
package picture

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// Picture is the model: every VPC that holds security groups, the worst first.
type Picture struct {
	Caller     string   // the account that the one who read belongs to
	Incomplete []string // regions that were not read in full, with their account where there are several
	VPCs       []*VPC
	LeftOut    []Finding // open findings without a place: about neither a group nor a network interface with a group that is drawn

	across   *across // the boxes of all VPCs, those that are not in the picture too
	embedded string  // what ids begin with in a page; empty for a document of its own
	styled   bool    // the style of the page is there for certain
	mark     string  // distinguishes the titles of several pictures of one page
}

// Embedded returns the picture as a part of an HTML page: the drawings have no
// style of their own (the page needs that of Style), their ids begin with prefix,
// and every box is a link to the id of its group.
func (p *Picture) Embedded(prefix string) *Picture {
	c := *p
	c.embedded = prefix
	return &c
}

// Styled returns an embedded picture that is shown only where the style of Style
// is: it has no colours of its own, and is shorter.
func (p *Picture) Styled() *Picture {
	c := *p
	c.styled = true
	return &c
}

// VPC is one virtual network with the boxes in it.
type VPC struct {
	Account          Account
	Region, ID, Name string
	Prefixes         []netip.Prefix
	Boxes            []*Box // attached or referenced groups, folded; in the order of Box.compare
	Aside            []*Box // groups that nothing uses, each alone
	Closed           []*Box // unused groups without a finding, which are counted and not drawn, each alone
	Groups           int    // in the VPC
	Counts           [5]int // open findings about groups of the VPC, by findings.Severity

	named bool // the picture is of several accounts
}

// Box is one group, or several that are alike in all that the picture shows.
type Box struct {
	Members    []Member // sorted by name, then id; at least one
	Tier       Tier
	Kinds      []Kind  // of the attached interfaces, the most frequent first
	Interfaces int     // attached to the members, together
	Doors      []*Door // the worst first, then by traffic
	Findings   []Finding
	Reaches    []string // traffic to so many boxes that it is written instead of drawn
	Ring       int      // of unused groups that reference only each other: the number of the ring, from 1
	Elsewhere  *VPC     // of the picture of one group: the other VPC that holds the box; nil for the same one

	near   string // of a box of another VPC: the id of the VPC that it is drawn in
	column int
	x, y   float64
}

// Member is a group of a box.
type Member struct{ ID, Name string }

// Kind counts the interfaces of one kind of owner: "instance", "function".
type Kind struct {
	Name  string
	Count int

	owners map[string]bool // what the interfaces belong to; one load balancer has an interface in each of its subnets
}

// Finding is an open finding that has its place in the picture.
type Finding struct {
	ID       string
	Check    string
	Severity findings.Severity
	Verdict  reach.Verdict
	Message  string
}

// Door is one inbound traffic of a box, and the sources that its rules allow.
type Door struct {
	Traffic inventory.Traffic
	Label   string // "22 SSH"
	Class   Class
	Sources []*Source // the worst first

	service string // as Options.Service named it
	written bool   // sources that are ranges are written under the door: the view has no place for them
}

// Class groups doors by what stands behind them.
type Class string

// The classes, in the order of the board's columns.
const (
	Admin    Class = "admin"
	Database Class = "database"
	All      Class = "all traffic"
	Other    Class = "other"
	Web      Class = "web"
)

// Classes returns the classes in the order of the board's columns.
func Classes() []Class { return []Class{Admin, Database, All, Other, Web} }

// From says what kind of source a rule names.
type From string

// The kinds of sources.
const (
	FromInternet From = "internet"
	FromRange    From = "range"    // addresses outside the VPC that are not the internet, or a prefix list
	FromInside   From = "inside"   // addresses of the VPC itself
	FromGroup    From = "group"    // a box of the same VPC
	FromSelf     From = "self"     // the members of the box itself
	FromOutside  From = "external" // a group of another VPC or account
)

// Source is what one or more rules of a door allow traffic from.
type Source struct {
	From     From
	Text     string // "0.0.0.0/0", "shop-web", "securecart-offices"
	Box      *Box   // of FromGroup
	IPv6Only bool   // of FromInternet
	EachOwn  bool   // of FromGroup between folded boxes: each member has its own counterpart
	Findings []Finding
	RuleIDs  []string
	Rules    int  // of one group that it stands for: the two halves of 0.0.0.0/0, or IPv4 and IPv6
	Written  bool // a hub: written at the door, not drawn

	outside place // of FromOutside: where the group is
}

// Options say what the model cannot know by itself.
type Options struct {
	// Service names what commonly listens for a traffic, and says which class
	// of doors it is: "SSH", Admin. An empty name is none; "incl. SSH" is a
	// service in a range of ports.
	Service func(inventory.Traffic) (name string, class Class)
	// Bastions are words in the names of groups that belong to bastions.
	Bastions []string
	// Unfolded keeps boxes that are alike apart.
	Unfolded bool
}

// New makes the picture of an inventory, which must be normalised, with the
// report of its audit.
func New(inv *inventory.Inventory, report *findings.Report, opts Options) *Picture {
	p := &Picture{Caller: inv.Caller.AccountID}
	accounts := map[string]bool{}
	for _, r := range inv.Regions {
		accounts[r.AccountID] = true
	}
	about := byPlace(report)
	placed := map[string]bool{}
	for _, r := range inv.Regions {
		if r.Skipped {
			continue
		}
		if r.Status() != "complete" {
			name := r.Name
			if len(accounts) > 1 {
				name += " of account " + Account{r.AccountID, r.AccountName}.String()
			}
			p.Incomplete = append(p.Incomplete, name)
		}
		b := newBuilder(r, about, opts)
		b.placed = placed
		p.VPCs = append(p.VPCs, b.vpcs()...)
	}
	p.leaveOut(report, placed)
	slices.Sort(p.Incomplete)
	p.Incomplete = slices.Compact(p.Incomplete)
	slices.SortFunc(p.VPCs, func(a, b *VPC) int {
		return cmp.Or(cmp.Compare(b.Severity(), a.Severity()), cmp.Compare(b.Counts[b.Severity()], a.Counts[a.Severity()]),
			cmp.Compare(b.Groups, a.Groups), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Account.ID+a.Region+a.ID, b.Account.ID+b.Region+b.ID))
	})
	p.several()
	p.across = newAcross(p.VPCs)
	return p
}

// place is where a group or a network interface is.
type place struct{ account, region, id string }

// byPlace returns the open findings by what they are about: the group, or else the
// resource.
func byPlace(report *findings.Report) map[place][]*findings.Finding {
	about := map[place][]*findings.Finding{}
	for i := range report.Findings {
		f := &report.Findings[i]
		if f.Status == findings.Open {
			at := place{f.AccountID, f.Region, cmp.Or(f.GroupID, f.ResourceID)}
			about[at] = append(about[at], f)
		}
	}
	return about
}

// leaveOut keeps the open findings that were not placed, the worst first.
func (p *Picture) leaveOut(report *findings.Report, placed map[string]bool) {
	for i := range report.Findings {
		if f := &report.Findings[i]; f.Status == findings.Open && !placed[f.ID] {
			p.LeftOut = append(p.LeftOut, shown(f))
		}
	}
	slices.SortFunc(p.LeftOut, func(a, b Finding) int { return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.ID, b.ID)) })
}

// Omitted says which findings the picture leaves out; nothing where it has all.
func (p *Picture) Omitted() []string {
	if len(p.LeftOut) == 0 {
		return nil
	}
	named := words.FirstOf(p.LeftOut, 3, func(f Finding) string {
		return fmt.Sprintf("%s (%s, %s)", f.Check, f.ID[:min(6, len(f.ID))], f.Severity)
	})
	return []string{"The picture leaves out findings about other resources: " + named + "."}
}

func shown(f *findings.Finding) Finding {
	return Finding{ID: f.ID, Check: f.Check, Severity: f.Severity, Verdict: f.Exposure.Verdict, Message: f.Message}
}

// common returns what the names of several groups begin and end with, with a
// star between both.
func common(members []Member) string {
	first := members[0].Name
	head, tail := len(first), len(first)
	for _, m := range members[1:] {
		n := 0
		for n < min(head, len(m.Name)) && m.Name[n] == first[n] {
			n++
		}
		head = n
		n = 0
		for n < min(tail, len(m.Name)) && m.Name[len(m.Name)-1-n] == first[len(first)-1-n] {
			n++
		}
		tail = n
	}
	if head == len(first) {
		return first // all have one name
	}
	tail = min(tail, len(first)-head)
	return strings.ToValidUTF8(first[:head], "") + "*" + strings.ToValidUTF8(first[len(first)-tail:], "")
}
