package remedy

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Verb is what a step does to a group.
type Verb string

// The verbs, in the order in which a plan uses them.
const (
	Authorize Verb = "authorize" // allow rules
	LookUp    Verb = "look up"   // read the ids of rules, where they are not known
	Revoke    Verb = "revoke"    // take rules away
	Delete    Verb = "delete"    // delete the group itself
)

// Step is one change of one group, which one command of the AWS CLI carries
// out. All of its rules have one direction.
type Step struct {
	Verb      Verb
	Region    string
	Group     string
	Direction inventory.Direction
	Rules     []inventory.Rule // what is allowed or taken away; empty where only IDs are known
	IDs       []string         // of the rules to revoke; without them Rules are revoked as they are written

	was  *inventory.Group // the group to delete, without the rules that cannot come back
	own  string           // the account of the group: references to others name theirs
	lost bool             // it names a group that goes too: nothing takes it back
}

// Command returns the command of the AWS CLI that carries the step out.
func (s *Step) Command() string {
	switch s.Verb {
	case LookUp:
		return aws(s.Region, "describe-security-group-rules", "--filters", "Name=group-id,Values="+s.Group)
	case Delete:
		return aws(s.Region, "delete-security-group", "--group-id", s.Group)
	case Revoke:
		if len(s.IDs) > 0 {
			return aws(s.Region, "revoke-security-group-"+s.Direction.String(), append([]string{"--group-id", s.Group, "--security-group-rule-ids"}, s.IDs...)...)
		}
	}
	args := []string{"--group-id", s.Group, "--ip-permissions", quote(permissions(s.Rules, s.own))}
	if s.Verb == Authorize {
		args = append(args, tagged(s.Rules)...)
	}
	return aws(s.Region, string(s.Verb)+"-security-group-"+s.Direction.String(), args...)
}

// Undo returns the command that takes the step back once it was carried out.
// It is empty where there is nothing to take back. The ids of rules, and of a
// group, are new ones afterwards.
func (s *Step) Undo() string {
	switch {
	case s.lost:
	case s.Verb == Authorize:
		back := *s
		back.Verb = Revoke
		return back.Command()
	case s.Verb == Revoke && len(s.Rules) > 0:
		back := *s
		back.Verb, back.IDs = Authorize, nil
		return back.Command()
	case s.Verb == Delete && s.was != nil:
		return s.create()
	}
	return ""
}

// create makes the deleted group anew, as a chain of commands for a shell.
func (s *Step) create() string {
	g := s.was
	args := []string{"--group-name", quote(g.Name), "--description", quote(g.Description)}
	if g.VPC != "" {
		args = append(args, "--vpc-id", g.VPC)
	}
	if own := ownTags(g.Tags); len(own) > 0 {
		args = append(args, tagSpecification("security-group", own)...)
	}
	chain := []string{"group=$(" + aws(s.Region, "create-security-group", append(args, "--query", "GroupId", "--output", "text")...) + ")"}
	// AWS lets everything out of a group that it makes.
	all := inventory.Rule{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.PrefixPeer(netip.MustParsePrefix("0.0.0.0/0"))}
	everything := func(r inventory.Rule) bool { return r.String() == all.String() }
	if !slices.ContainsFunc(g.Rules, everything) {
		chain = append(chain, (&Step{Verb: Revoke, Region: s.Region, Group: g.ID, Direction: inventory.Egress, Rules: []inventory.Rule{all}}).Command())
	}
	for _, step := range each(s.Region, g, slices.DeleteFunc(slices.Clone(g.Rules), everything)) {
		step.Verb, step.IDs = Authorize, nil
		chain = append(chain, step.Command())
	}
	for i := 1; i < len(chain); i++ {
		chain[i] = strings.ReplaceAll(chain[i], "--group-id "+g.ID, `--group-id "$group"`)
		chain[i] = strings.ReplaceAll(chain[i], `"`+g.ID+`"`, `"'"$group"'"`) // a rule that names its own group
	}
	return strings.Join(chain, " && ")
}

// each puts rules of a group into revocations, one for each direction, or one
// for each rule where rules have tags, since a command gives one set of them.
func each(region string, g *inventory.Group, rules []inventory.Rule) []Step {
	var steps []Step
	apart := slices.ContainsFunc(rules, func(r inventory.Rule) bool { return len(r.Tags) > 0 })
	for _, r := range rules {
		if k := len(steps); k == 0 || apart || steps[k-1].Direction != r.Direction {
			steps = append(steps, Step{Verb: Revoke, Region: region, Group: g.ID, Direction: r.Direction, own: g.Owner})
		}
		last := &steps[len(steps)-1]
		last.Rules = append(last.Rules, r)
		last.IDs = append(last.IDs, r.IDs...)
	}
	for i := range steps {
		if slices.ContainsFunc(steps[i].Rules, func(r inventory.Rule) bool { return len(r.IDs) == 0 }) {
			steps[i] = Step{Verb: LookUp, Region: region, Group: g.ID}
		}
	}
	return slices.CompactFunc(steps, func(a, b Step) bool { return a.Verb == LookUp && b.Verb == LookUp })
}

// peer is the source of a permission as the AWS CLI takes it.
type peer struct {
	CidrIP   string `json:"CidrIp,omitempty"`
	CidrIPv6 string `json:"CidrIpv6,omitempty"`
	Group    string `json:"GroupId,omitempty"`
	Account  string `json:"UserId,omitempty"`
	List     string `json:"PrefixListId,omitempty"`
	Text     string `json:"Description,omitempty"`
}

// permission is one element of --ip-permissions.
type permission struct {
	Protocol string `json:"IpProtocol"`
	From     *int32 `json:"FromPort,omitempty"`
	To       *int32 `json:"ToPort,omitempty"`
	Ranges   []peer `json:"IpRanges,omitempty"`
	Ranges6  []peer `json:"Ipv6Ranges,omitempty"`
	Groups   []peer `json:"UserIdGroupPairs,omitempty"`
	Lists    []peer `json:"PrefixListIds,omitempty"`
}

// permissions writes rules as the value of --ip-permissions; rules with the
// same traffic that follow each other share an element.
func permissions(rules []inventory.Rule, own string) string {
	var list []permission
	for i := range rules {
		r := &rules[i]
		if i == 0 || r.Traffic != rules[i-1].Traffic {
			p := permission{Protocol: r.Traffic.Protocol.String()}
			switch t := r.Traffic; {
			case t.Protocol == inventory.AllProtocols:
				p.Protocol = "-1"
			case t.HasPorts() || t.Protocol == inventory.ICMP || t.Protocol == inventory.ICMPv6:
				p.From, p.To = &t.First, &t.Last
			}
			list = append(list, p)
		}
		p := &list[len(list)-1]
		text := r.Description
		switch {
		case r.Peer.Group != nil:
			account := r.Peer.Group.Account
			if account == own {
				account = ""
			}
			p.Groups = append(p.Groups, peer{Group: r.Peer.Group.ID, Account: account, Text: text})
		case r.Peer.List != "":
			p.Lists = append(p.Lists, peer{List: r.Peer.List, Text: text})
		case r.Peer.Prefix.Addr().Is6():
			p.Ranges6 = append(p.Ranges6, peer{CidrIPv6: r.Peer.String(), Text: text})
		default:
			p.Ranges = append(p.Ranges, peer{CidrIP: r.Peer.String(), Text: text})
		}
	}
	return encoded(list)
}

// rules reads what permissions wrote, or what people write by hand.
func parsePermissions(text string, d inventory.Direction, own string) ([]inventory.Rule, error) {
	var list []permission
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("--ip-permissions must be a JSON list of permissions: %w", err)
	}
	var rules []inventory.Rule
	for _, p := range list {
		traffic, err := inventory.NewTraffic(p.Protocol, p.From, p.To)
		if err != nil {
			return nil, fmt.Errorf("--ip-permissions: %w", err)
		}
		for _, q := range slices.Concat(p.Ranges, p.Ranges6, p.Groups, p.Lists) {
			r := inventory.Rule{Direction: d, Traffic: traffic, Description: q.Text}
			if r.Peer, err = q.parse(own); err != nil {
				return nil, fmt.Errorf("--ip-permissions: %w", err)
			}
			rules = append(rules, r)
		}
	}
	if len(rules) == 0 {
		return nil, fmt.Errorf("--ip-permissions %s names no source", text)
	}
	return rules, nil
}

func (p peer) parse(own string) (inventory.Peer, error) {
	switch {
	case p.Group != "":
		account := p.Account
		if account == "" {
			account = own
		}
		return inventory.Peer{Group: &inventory.GroupRef{ID: p.Group, Account: account}}, nil
	case p.List != "":
		return inventory.Peer{List: p.List}, nil
	}
	prefix, err := netip.ParsePrefix(p.CidrIP + p.CidrIPv6)
	if err != nil {
		return inventory.Peer{}, fmt.Errorf("%q is no address range", p.CidrIP+p.CidrIPv6)
	}
	return inventory.PrefixPeer(prefix), nil
}

// tagged gives the rules of an authorization the tags that all of them share.
func tagged(rules []inventory.Rule) []string {
	if len(rules) == 0 {
		return nil
	}
	own := ownTags(rules[0].Tags)
	for i := range rules {
		if !slices.Equal(ownTags(rules[i].Tags), own) {
			return nil
		}
	}
	if len(own) == 0 {
		return nil
	}
	return tagSpecification("security-group-rule", own)
}

// ownTags leaves out the tags that AWS keeps for itself and lets nobody set.
func ownTags(tags []inventory.Tag) []inventory.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t inventory.Tag) bool { return strings.HasPrefix(t.Key, "aws:") })
}

type tagSpec struct {
	Kind string          `json:"ResourceType"`
	Tags []inventory.Tag `json:"Tags"`
}

func tagSpecification(kind string, tags []inventory.Tag) []string {
	return []string{"--tag-specifications", quote(encoded([]tagSpec{{kind, tags}}))}
}

func encoded(value any) string {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic(err) // plain strings and numbers always encode
	}
	return strings.TrimSpace(text.String())
}

func aws(region, verb string, args ...string) string {
	return strings.Join(append([]string{"aws", "ec2", verb, "--region", region}, args...), " ")
}

// quote makes text one word for a POSIX shell, on one line: a line break, of
// which AWS allows none in names and descriptions, becomes a space.
func quote(text string) string {
	text = strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// parseTags reads the tags of --tag-specifications in JSON.
func parseTags(text string) ([]inventory.Tag, error) {
	var specs []tagSpec
	if err := json.Unmarshal([]byte(text), &specs); err != nil {
		return nil, fmt.Errorf("--tag-specifications must be JSON: %w", err)
	}
	var tags []inventory.Tag
	for _, s := range specs {
		tags = append(tags, s.Tags...)
	}
	return tags, nil
}
