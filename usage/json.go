package usage

import (
	"encoding/json"
	"net/netip"
	"slices"
	"time"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// Keep leaves out the rules for which keep returns false.
func (r *Report) Keep(keep func(*Rule) bool) {
	r.index = nil
	r.Rules = slices.DeleteFunc(r.Rules, func(u Rule) bool { return !keep(&u) })
}

// Lost reports whether records are missing because they could not be read.
func (r *Report) Lost() bool {
	return slices.ContainsFunc(r.Notes, func(n flows.Note) bool { return n.Loss })
}

// mostRemotes bounds the remote addresses that are listed for one traffic of a rule.
const mostRemotes = 100

type jsonReport struct {
	SchemaVersion string             `json:"schema_version"`
	Since         string             `json:"since"`
	Until         string             `json:"until"`
	Hours         int                `json:"hours"`
	Rules         []jsonRule         `json:"rules"`
	Interfaces    []jsonInterface    `json:"interfaces"`
	NoRule        []jsonUnattributed `json:"no_rule_today"`
	Gone          []jsonUnattributed `json:"interfaces_not_in_inventory"`
	Rejected      []jsonUnattributed `json:"rejected"`
	Flows         uint64             `json:"flows"`
	Unclear       uint64             `json:"flows_of_unclear_direction"`
	Foreign       uint64             `json:"flows_of_other_accounts"`
	Notes         []jsonNote         `json:"notes"`
}

type jsonRule struct {
	AccountID   string         `json:"account_id"`
	Region      string         `json:"region"`
	VPC         string         `json:"vpc_id"`
	GroupID     string         `json:"group_id"`
	GroupName   string         `json:"group_name"`
	Direction   string         `json:"direction"`
	Protocol    string         `json:"protocol"`
	Ports       string         `json:"ports"`
	Source      string         `json:"source"`
	Description string         `json:"description"`
	RuleIDs     []string       `json:"rule_ids"`
	Verdict     string         `json:"verdict"`
	Unsure      bool           `json:"unsure"`
	Reasons     []string       `json:"reasons"`
	FirstSeen   *string        `json:"first_seen"`
	LastSeen    *string        `json:"last_seen"`
	Records     uint64         `json:"records"`
	Packets     uint64         `json:"packets"`
	Bytes       uint64         `json:"bytes"`
	Exclusive   uint64         `json:"flows_only_by_this_rule"`
	Shared      uint64         `json:"flows_also_by_another_rule"`
	Remotes     int            `json:"remote_addresses"`        // at least so many
	Blocks      int            `json:"remote_blocks,omitempty"` // how many of remote_addresses are blocks of several addresses
	Needed      []jsonNeeded   `json:"needed"`
	Attached    int            `json:"attached"`
	Using       int            `json:"interfaces_using"`
	Covered     int            `json:"covered_hours"`
	Hours       int            `json:"hours"`
	Narrower    []jsonProposed `json:"narrower"`
	LeftOut     []jsonNeeded   `json:"left_out,omitempty"` // attempts that got no answer, for which the narrower rules have no source
}

type jsonNeeded struct {
	Traffic  string   `json:"traffic"`
	Remotes  []string `json:"remotes"` // the first hundred
	Count    int      `json:"remote_addresses"`
	LastSeen string   `json:"last_seen"`
}

type jsonProposed struct {
	Protocol string `json:"protocol"`
	Ports    string `json:"ports"`
	Source   string `json:"source"`
}

type jsonInterface struct {
	AccountID string   `json:"account_id"`
	Region    string   `json:"region"`
	ID        string   `json:"interface_id"`
	Covered   int      `json:"covered_hours"`
	Skipped   int      `json:"skipped_hours"`
	Reasons   []string `json:"reasons"`
}

type jsonUnattributed struct {
	Interface string `json:"interface_id"`
	Direction string `json:"direction"`
	Traffic   string `json:"traffic"`
	Remotes   int    `json:"remote_addresses"`
	Records   uint64 `json:"records"`
	LastSeen  string `json:"last_seen"`
}

type jsonNote struct {
	Text string `json:"text"`
	Loss bool   `json:"records_missing"`
}

// clock writes a time of a report.
func clock(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// MarshalJSON writes the report by the contract of docs/usage.md.
func (r *Report) MarshalJSON() ([]byte, error) {
	out := jsonReport{
		SchemaVersion: "1", Since: clock(r.First), Until: clock(r.Last), Hours: r.Hours(), Rules: []jsonRule{}, Interfaces: []jsonInterface{},
		NoRule: unattributed(r.NoRule), Gone: unattributed(r.Gone), Rejected: unattributed(r.Rejected),
		Flows: r.Flows, Unclear: r.Unclear, Foreign: r.Foreign, Notes: []jsonNote{},
	}
	for i := range r.Rules {
		out.Rules = append(out.Rules, r.Rules[i].json())
	}
	for i := range r.Interfaces {
		c := &r.Interfaces[i]
		out.Interfaces = append(out.Interfaces, jsonInterface{c.Region.AccountID, c.Region.Name, c.Interface.ID, c.Covered, c.Skipped, texts(c.Reasons)})
	}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, jsonNote{n.String(), n.Loss})
	}
	return json.Marshal(out)
}

func texts(list []string) []string { return append([]string{}, list...) }

func (r *Rule) json() jsonRule {
	out := jsonRule{
		AccountID: r.Region.AccountID, Region: r.Region.Name, VPC: r.Group.VPC, GroupID: r.Group.ID, GroupName: r.Group.Name,
		Direction: r.Rule.Direction.String(), Protocol: r.Rule.Traffic.Protocol.String(), Ports: r.Rule.Traffic.PortsText(), Source: r.Rule.Peer.String(),
		Description: r.Rule.Description, RuleIDs: texts(r.Rule.IDs), Verdict: string(r.Verdict), Unsure: r.Unsure, Reasons: texts(r.Reasons),
		Records: r.Records, Packets: r.Packets, Bytes: r.Bytes, Exclusive: r.Exclusive, Shared: r.Shared, Remotes: r.Remotes, Blocks: r.Blocks, Needed: []jsonNeeded{},
		Attached: r.Attached, Using: r.Using, Covered: r.Covered, Hours: r.Hours,
	}
	if r.Records > 0 {
		first, last := clock(r.First), clock(r.Last)
		out.FirstSeen, out.LastSeen = &first, &last
	}
	for i := range r.Needed {
		n := &r.Needed[i]
		out.Needed = append(out.Needed, n.json())
	}
	if r.Narrow != nil {
		for i := range r.Narrow.Rules {
			n := &r.Narrow.Rules[i]
			out.Narrower = append(out.Narrower, jsonProposed{n.Traffic.Protocol.String(), n.Traffic.PortsText(), n.Peer.String()})
		}
		for i := range r.Narrow.LeftOut {
			out.LeftOut = append(out.LeftOut, r.Narrow.LeftOut[i].json())
		}
	}
	return out
}

func (n *Needed) json() jsonNeeded {
	return jsonNeeded{n.Traffic.String(), addresses(n.Remotes, mostRemotes), len(n.Remotes), clock(n.Last)}
}

// addresses are the first of some blocks; one of a single address is that address.
func addresses(list []netip.Prefix, most int) []string {
	out := []string{}
	for _, p := range list[:min(most, len(list))] {
		out = append(out, AddressText(p))
	}
	return out
}

// AddressText is a block as text, or the address if it is a single one.
func AddressText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

func unattributed(list []Unattributed) []jsonUnattributed {
	out := []jsonUnattributed{}
	for _, u := range list {
		out = append(out, jsonUnattributed{u.Interface, u.Direction.String(), u.Traffic.String(), u.Remotes, u.Records, clock(u.Last)})
	}
	return out
}

// Text is a rule as its group lists it: tcp/443 from 10.0.0.0/8.
func Text(r *inventory.Rule) string {
	return r.Traffic.String() + way(r) + r.Peer.String()
}

// way is the word between the traffic and the peer of a rule.
func way(r *inventory.Rule) string {
	if r.Direction == inventory.Egress {
		return " to "
	}
	return " from "
}
