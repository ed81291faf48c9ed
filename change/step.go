// Package change holds the steps that change security groups: what is
// created, attached, allowed, revoked and deleted. It is the only place that
// writes a step as a command of the AWS CLI or as Terraform, and the only one
// that reads such commands.
//
// A step is a value. Nothing that came from AWS, from a report or from a
// script is ever copied into a command: ids, regions and accounts are held to
// their forms (Check), texts such as descriptions and tags travel inside JSON
// values, and every word is quoted where it is written. A step that does not
// pass Check has no command. The package never carries a step out.
package change

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Verb is what a step does.
type Verb string

// The verbs, in the order in which a plan uses them.
const (
	Create    Verb = "create-group"         // create a group; AWS lets everything out of it
	SetGroups Verb = "set-interface-groups" // replace the groups of an interface
	Authorize Verb = "authorize"            // allow rules
	LookUp    Verb = "look-up"              // read the ids of a group's rules, where they are not known
	Revoke    Verb = "revoke"               // revoke rules
	Delete    Verb = "delete-group"         // delete a group
	Find      Verb = "find-group"           // read the id of a group that an earlier Create made, by its name
)

// Verbs are all verbs in the order in which a plan uses them. Find is last: it
// only occurs in what takes other steps back.
var Verbs = []Verb{Create, SetGroups, Authorize, LookUp, Revoke, Delete, Find}

// Changes reports whether a step with the verb changes anything.
func (v Verb) Changes() bool { return v != LookUp && v != Find }

// Step is one change of one group or interface, which one command carries out.
//
// A group that an earlier step creates has no id yet. It goes by a name that
// begins with "$group" (IsNew), wherever an id of a group may stand: in Group,
// Groups, and the references of Rules. The Create step says the name in Group.
type Step struct {
	Verb      Verb
	Account   string              // of the credentials that it needs, twelve digits; empty where it is not known
	Region    string              // empty in commands that name none
	Group     string              // of every verb but SetGroups
	Direction inventory.Direction // of Authorize and Revoke: that of all Rules
	Rules     []inventory.Rule    // what is allowed or revoked; empty where only IDs are known
	IDs       []string            // Revoke: ids of the rules; without them Rules are revoked as they are written

	Interface string   // SetGroups: the interface
	Groups    []string // SetGroups: all groups of the interface afterwards
	Before    []string // SetGroups: all groups of the interface before; empty where they are not known

	// Details are, of Create and Find, the name, description, VPC and tags of
	// the group; of Delete, the group as it was. A Delete without Details has no
	// undo.
	Details *inventory.Group

	// IPv6 says of Delete that the VPC of the group has IPv6 addresses: AWS then
	// lets all IPv6 traffic out of a group that it creates, too.
	IPv6 bool

	Irreversible bool // it has no undo: it revokes a stale rule, which AWS does not allow again

	damaged error // what kept it from being read, which Check returns
}

// IsNew reports whether text stands for a group that a Create step makes:
// "$group", or "$group_" and small letters, digits and underscores.
func IsNew(text string) bool {
	if len(text) > 64 || len(text) < len("$group") || text[:len("$group")] != "$group" {
		return false
	}
	for i := len("$group"); i < len(text); i++ {
		c := text[i]
		if i == len("$group") && c != '_' || c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// outward are the rules that AWS gives to a group that it creates: the second
// one in a VPC with IPv6 addresses (VPC user guide, "Security group rules").
var outward = [2]inventory.Rule{
	{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.PrefixPeer(netip.MustParsePrefix("0.0.0.0/0"))},
	{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.PrefixPeer(netip.MustParsePrefix("::/0"))},
}

// Outward returns the rules that AWS gives to a group that it creates, in a VPC
// with or without IPv6 addresses. All of them let traffic out.
func Outward(ipv6 bool) []inventory.Rule {
	if ipv6 {
		return slices.Clone(outward[:])
	}
	return slices.Clone(outward[:1])
}

// RevokeRules returns the steps that revoke rules of a group: one for each
// direction, or one for each rule where rules have tags, since the command
// that takes a step back gives all of its rules the same tags. Where the id of
// a rule was not read, a LookUp takes the place of the revocations.
func RevokeRules(account, region string, g *inventory.Group, rules []inventory.Rule) []Step {
	steps := grouped(Step{Verb: Revoke, Account: account, Region: region, Group: g.ID}, rules)
	for i := range steps {
		s := &steps[i]
		for k := range s.Rules {
			s.IDs = append(s.IDs, s.Rules[k].IDs...)
		}
		if slices.ContainsFunc(s.Rules, func(r inventory.Rule) bool { return len(r.IDs) == 0 }) {
			*s = Step{Verb: LookUp, Account: account, Region: region, Group: g.ID}
		}
	}
	return slices.CompactFunc(steps, func(a, b Step) bool { return a.Verb == LookUp && b.Verb == LookUp })
}

// grouped puts rules into copies of a step, by direction and tags.
func grouped(like Step, rules []inventory.Rule) []Step {
	var steps []Step
	apart := slices.ContainsFunc(rules, func(r inventory.Rule) bool { return len(r.Tags) > 0 })
	for _, r := range rules {
		if k := len(steps); k == 0 || apart || steps[k-1].Direction != r.Direction {
			s := like
			s.Direction, s.Rules, s.IDs = r.Direction, nil, nil
			steps = append(steps, s)
		}
		last := &steps[len(steps)-1]
		last.Rules = append(last.Rules, r)
	}
	return steps
}

// Tally counts rules that steps add and revoke: "14 rules added, 20 revoked". It is empty
// where there are none.
func Tally(added, revoked int) string {
	switch {
	case added > 0 && revoked > 0:
		return fmt.Sprintf("%s added, %d revoked", words.Count(added, "rule"), revoked)
	case added > 0:
		return words.Count(added, "rule") + " added"
	case revoked > 0:
		return words.Count(revoked, "rule") + " revoked"
	}
	return ""
}
