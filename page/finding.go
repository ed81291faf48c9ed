package page

import (
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// brief is a finding as the list shows it before it is opened. Name is what it is about, by
// name and id, and Group the id of its group.
type brief struct {
	ID, Check, Name, Group, Account, Region, VPC, Verdict, Status, Baseline, Mark, Message, Search, Rule string
	Severity                                                                                             findings.Severity
}

// static is a finding that the page shows without a script.
type static struct {
	brief
	Detail *detail
	Linked string // its group, by name and id, if the page shows that without a script
}

// Short is the beginning of the id that a person types.
func (s *static) Short() string { return short(s.ID) }

var verdictWords = map[string]string{"reachable": "reachable", "not-reachable": "not reachable", "unattached": "not attached", "unknown": "not known"}

// VerdictWords says in words what the internet can do.
func (s *static) VerdictWords() string { return verdictWords[s.Verdict] }

func short(id string) string { return id[:min(8, len(id))] }

func summary(f *findings.Finding) brief {
	b := brief{
		ID: words.Plain(f.ID), Check: words.Plain(f.Check), Name: words.Plain(f.Subject()), Group: words.Plain(f.GroupID), Account: words.Plain(f.AccountID),
		Region: words.Plain(f.Region), VPC: words.Plain(f.VPCID), Verdict: string(f.Exposure.Verdict), Status: f.Status, Baseline: f.Baseline, Mark: f.Mark(),
		Message: words.Plain(f.Message), Severity: f.Severity,
	}
	if f.MoreSevere() {
		b.Baseline = "more severe"
	}
	var search []string
	if f.Rule != nil {
		r := f.Rule.Texts()
		b.Rule = words.Plain(rule(r))
		search = append(search, r.Protocol+"/"+r.Ports, r.Source)
	}
	search = append(search, f.Services...)
	for _, e := range f.Detailed().Interfaces {
		search = append(search, e.ID, e.PrivateIP, e.PublicIP, e.IPv6)
	}
	b.Search = words.Plain(strings.Join(search, " "))
	return b
}

// rule names a rule by its traffic and its other end.
func rule(r findings.RuleText) string {
	traffic, way := r.Protocol, " from "
	switch {
	case r.Protocol == "all":
		traffic = "all traffic"
	case r.Ports != "":
		traffic += "/" + r.Ports
	}
	if r.Direction == "egress" {
		way = " to "
	}
	return traffic + way + r.Source
}

// detail is what a finding shows once it is opened.
type detail struct {
	Why        []string `json:"why"`
	Fix        string   `json:"fix"`
	Commands   []string `json:"commands"`
	Terraform  string   `json:"terraform"`
	Undo       []string `json:"undo"`
	Proof      []string `json:"proof"`
	Notes      []string `json:"notes"`
	Base       string   `json:"base"`
	Rules      []string `json:"rules"`
	References []string `json:"references"`
	Since      string   `json:"since"`
	Reason     string   `json:"reason"`
	Console    string   `json:"console"`
}

func newDetail(f *findings.Finding, r *findings.Report) *detail {
	f = f.Detailed()
	d := &detail{
		Why: plain(f.Exposure.Evidence), Fix: words.Plain(f.Fix.Summary), Commands: plain(f.CommandsToShow()), Terraform: words.Block(f.Fix.Terraform),
		Undo: plain(present(f.Fix.Undo)), Proof: plain(f.Fix.Proof), Notes: plain(f.Fix.Notes), Base: f.BaseSeverity.String(), Rules: []string{},
		References: plain(f.References),
	}
	if list := f.ListsLosses(r.Account); list != "" {
		d.Notes = append([]string{"to list who loses access: " + list}, d.Notes...)
	}
	if f.Rule != nil {
		d.Rules = plain(f.Rule.Texts().RuleIDs)
	}
	if f.FirstSeen != nil {
		d.Since = f.FirstSeen.UTC().Format("2006-01-02")
	}
	if f.Suppression != nil {
		d.Reason = words.Plain(f.Suppression.Reason)
	}
	if f.GroupID != "" {
		d.Console = findings.Console(r.Caller.Partition, f.Region, f.GroupID)
	}
	return d
}

func plain(list []string) []string {
	out := make([]string, 0, len(list))
	for _, text := range list {
		out = append(out, words.Plain(text))
	}
	return out
}

// present leaves out the empty places of a list.
func present(list []string) []string {
	var out []string
	for _, text := range list {
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}
