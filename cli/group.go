package cli

import (
	"fmt"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) groupVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "group",
		Usage:       "show one security group: its rules, what it is attached to, who references it, its findings",
		ArgsUsage:   "GROUP",
		Description: "GROUP is an id or a name. Several groups may have a name: each is shown. " + listCodes,
		Flags:       append([]urfave.Flag{answerFlag()}, sourceFlags()...),
		Action:      p.group,
	}
}

// groupAnswer is what the verb prints as JSON.
type groupAnswer struct {
	SchemaVersion string       `json:"schema_version"`
	Groups        []shownGroup `json:"groups"`
}

type shownGroup struct {
	AccountID    string         `json:"account_id"`
	Region       string         `json:"region"`
	VPC          string         `json:"vpc_id"`
	VPCName      string         `json:"vpc_name"` // its tag Name
	ID           string         `json:"group_id"`
	Name         string         `json:"group_name"`
	Description  string         `json:"description"`
	ManagedBy    string         `json:"managed_by"` // empty: nothing says so
	Exposure     reach.Verdict  `json:"exposure"`   // the gravest of the inbound rules
	Inbound      []shownRule    `json:"inbound"`
	Outbound     []shownRule    `json:"outbound"`
	Attached     []shownMember  `json:"attached"`      // null: the interfaces were not read
	ReferencedBy []shownGroupID `json:"referenced_by"` // groups of the same region
	Findings     []shownFinding `json:"findings"`
	AccountName  string         `json:"account_name"` // where a permission gives it
}

type shownRule struct {
	Traffic     string        `json:"traffic"`
	Peer        string        `json:"peer"` // the source of an inbound rule, the destination of an outbound one
	PeerName    string        `json:"peer_name"`
	Exposure    reach.Verdict `json:"exposure"` // of inbound rules
	Description string        `json:"description"`
	RuleIDs     []string      `json:"rule_ids"`

	traffic string // Traffic, in a sentence
}

type shownMember struct {
	Interface string   `json:"interface_id"`
	Owner     string   `json:"owner"`
	Named     string   `json:"used_by"` // what uses it, by name and id
	Private   []string `json:"private_ips"`
	Public    []string `json:"public_ips"`
}

type shownGroupID struct {
	ID   string `json:"group_id"`
	Name string `json:"group_name"`
}

type shownFinding struct {
	ID       string            `json:"id"`
	Severity findings.Severity `json:"severity"`
	Check    string            `json:"check"`
	Status   string            `json:"status"`
	Message  string            `json:"message"`
}

func (p *program) group(c *urfave.Context) error {
	wanted := c.Args().First()
	src, err := newSource(c, "input")
	if err := console.Combine(err, checkAnswer(c), notEmpty(c, "input", "config")); err != nil {
		return err
	}
	inv, report, _, err := p.judgeSource(src, c.String("config"))
	if err != nil {
		return err
	}
	answer := groupAnswer{SchemaVersion: "1", Groups: []shownGroup{}}
	var names []string
	for _, region := range inv.Regions {
		n := reach.New(region)
		for i := range region.Groups {
			g := &region.Groups[i]
			names = append(names, g.Name, g.ID)
			if g.ID == wanted || g.Name == wanted {
				answer.Groups = append(answer.Groups, show(n, region, g, report))
			}
		}
	}
	if len(answer.Groups) == 0 {
		hint := "check the name, the account and --region"
		if near := alike(wanted, names); len(near) > 1 {
			hint = "did you mean one of these? " + words.List(near, mostMembers)
		} else if near := words.Nearest(wanted, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		if !inv.Complete() {
			hint = strings.TrimSuffix(hint, "?") + "; some regions could not be read in full"
		}
		return console.Usage(hint, "no security group %q was found in %s", wanted, words.Count(len(inv.Regions), "region"))
	}
	if err := p.answer(c, answer, answer.text(findings.Digits(report.Findings))); err != nil {
		return err
	}
	return p.conclude(inv, c.Context.Err() != nil)
}

// alike returns the names that contain the one that was given, sorted, each once.
func alike(wanted string, names []string) []string {
	if len(wanted) < 3 {
		return nil
	}
	wanted = strings.ToLower(wanted)
	var near []string
	for _, name := range names {
		if strings.Contains(strings.ToLower(name), wanted) {
			near = append(near, name)
		}
	}
	slices.Sort(near)
	return slices.Compact(near)
}

// show gathers what is known of a group.
func show(n *reach.Analyzer, region *inventory.Region, g *inventory.Group, report *findings.Report) shownGroup {
	s := shownGroup{
		AccountID: region.AccountID, AccountName: region.AccountName, Region: region.Name, VPC: g.VPC, ID: g.ID, Name: g.Name, Description: g.Description,
		ManagedBy: remedy.ManagedBy(g), Exposure: n.Group(g).Verdict,
		Inbound: []shownRule{}, Outbound: []shownRule{}, ReferencedBy: []shownGroupID{}, Findings: []shownFinding{},
	}
	if vpc := n.Index().VPC(g.VPC); vpc != nil {
		s.VPCName = inventory.NameTag(vpc.Tags)
	}
	for i := range g.Rules {
		if r := &g.Rules[i]; r.Direction == inventory.Ingress {
			s.Inbound = append(s.Inbound, showRule(n, g, r))
		} else {
			s.Outbound = append(s.Outbound, showRule(n, g, r))
		}
	}
	if region.Read.Has(inventory.PartInterfaces) {
		s.Attached = []shownMember{}
	}
	for _, e := range n.Interfaces(g.ID) {
		s.Attached = append(s.Attached, showMember(e))
	}
	for i := range region.Groups {
		other := &region.Groups[i]
		if other.ID != g.ID && slices.ContainsFunc(other.Rules, func(r inventory.Rule) bool { return r.Peer.Group != nil && r.Peer.Group.ID == g.ID }) {
			s.ReferencedBy = append(s.ReferencedBy, shownGroupID{other.ID, other.Name})
		}
	}
	for i := range report.Findings {
		if f := &report.Findings[i]; f.GroupID == g.ID && f.Region == region.Name && f.AccountID == region.AccountID {
			s.Findings = append(s.Findings, shownFinding{f.ID, f.Severity, f.Check, f.Status, f.Message})
		}
	}
	return s
}

func showRule(n *reach.Analyzer, g *inventory.Group, r *inventory.Rule) shownRule {
	rule := shownRule{Traffic: r.Traffic.String(), traffic: r.Traffic.Words(), Peer: r.Peer.String(), Description: r.Description, RuleIDs: slices.Concat([]string{}, r.IDs)}
	if r.Peer.Group != nil {
		if other := n.Index().Group(r.Peer.Group.ID); other != nil {
			rule.PeerName = other.Name
		}
	} else if list := n.Index().PrefixList(r.Peer.List); list != nil {
		rule.PeerName = list.Name
	}
	if r.Direction == inventory.Ingress {
		rule.Exposure = n.Rule(g, r).Verdict
	}
	return rule
}

func showMember(e *inventory.Interface) shownMember {
	m := shownMember{Interface: e.ID, Owner: e.Owner().String(), Named: e.Named(), Private: []string{}, Public: []string{}}
	for _, a := range e.Addresses {
		m.Private = append(m.Private, a.Private.String())
	}
	for _, a := range e.PublicIPv4() {
		m.Public = append(m.Public, a.String())
	}
	return m
}

// mostMembers is how many interfaces the text names.
const mostMembers = 20

func (a *groupAnswer) text(digits int) string {
	var out strings.Builder
	for i := range a.Groups {
		if i > 0 {
			out.WriteString("\n")
		}
		a.Groups[i].write(&out, digits)
	}
	return out.String()
}

// write writes one group. Ids of findings are shortened to so many characters.
func (g *shownGroup) write(out *strings.Builder, digits int) {
	line := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	line("%s (%s) in %s, %s, account %s: %s", words.Plain(g.Name), words.Plain(g.ID), words.Plain(inventory.Named(g.VPCName, g.VPC)), words.Plain(g.Region), words.Plain(inventory.Named(g.AccountName, g.AccountID)), g.Exposure)
	if g.Description != "" {
		line("  %s", words.Plain(g.Description))
	}
	if g.ManagedBy != "" {
		line("  managed by %s", words.Plain(g.ManagedBy))
	}
	line("\nInbound: %s", words.Count(len(g.Inbound), "rule"))
	for i := range g.Inbound {
		line("  %s", g.Inbound[i].text("from"))
	}
	line("\nOutbound: %s", words.Count(len(g.Outbound), "rule"))
	for i := range g.Outbound {
		line("  %s", g.Outbound[i].text("to"))
	}
	if g.Attached == nil {
		line("\nAttached: unknown, the network interfaces were not read")
	} else {
		line("\nAttached to %s", words.CountOrNo(len(g.Attached), "network interface"))
	}
	for _, m := range g.Attached[:min(mostMembers, len(g.Attached))] {
		line("  %s  %s", words.Plain(m.Named), words.Plain(strings.Join(slices.Concat(m.Private, m.Public), ", ")))
	}
	if more := len(g.Attached) - mostMembers; more > 0 {
		line("  and %d more: -o json lists them", more)
	}
	line("\nReferenced by %s", words.CountOrNo(len(g.ReferencedBy), "group"))
	for _, other := range g.ReferencedBy {
		line("  %s (%s)", words.Plain(other.Name), words.Plain(other.ID))
	}
	line("\n%s", words.Count(len(g.Findings), "finding"))
	for _, f := range g.Findings {
		note := ""
		if f.Status == findings.Suppressed {
			note = " (suppressed)"
		}
		line("  %s  %-8s  %s%s", words.Plain(f.ID[:min(digits, len(f.ID))]), f.Severity, words.Plain(f.Message), note)
	}
}

// text is a rule in one line: tcp/22 from shop-bastion (sg-0a100013).
func (r *shownRule) text(way string) string {
	peer := words.Plain(r.Peer)
	if r.PeerName != "" {
		peer = words.Plain(r.PeerName) + " (" + peer + ")"
	}
	text := fmt.Sprintf("%s %s %s", words.Plain(r.traffic), way, peer)
	if r.Exposure == reach.Reachable || r.Exposure == reach.Unknown {
		text += ": " + string(r.Exposure)
	}
	if r.Description != "" {
		text += "  \"" + words.Plain(r.Description) + "\""
	}
	return text
}
