package change

import (
	"fmt"
	"maps"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// stepJSON is a step in a report.
type stepJSON struct {
	Verb         Verb       `json:"verb"`
	Account      string     `json:"account_id,omitempty"`
	Region       string     `json:"region,omitempty"`
	Group        string     `json:"group_id,omitempty"`
	Direction    string     `json:"direction,omitempty"` // ingress, egress
	Rules        []ruleJSON `json:"rules,omitempty"`
	RuleIDs      []string   `json:"rule_ids,omitempty"`
	Interface    string     `json:"interface_id,omitempty"`
	Groups       []string   `json:"groups,omitempty"`
	Before       []string   `json:"groups_before,omitempty"`
	Details      *groupJSON `json:"group,omitempty"`
	IPv6         bool       `json:"vpc_has_ipv6,omitempty"`
	Irreversible bool       `json:"irreversible,omitempty"`
}

// ruleJSON names a rule as findings do; of egress rules the source is the
// destination.
type ruleJSON struct {
	Direction   string            `json:"direction"`
	Protocol    string            `json:"protocol"`
	Ports       string            `json:"ports"`
	Source      string            `json:"source"`
	Account     string            `json:"source_account_id,omitempty"`
	RuleIDs     []string          `json:"rule_ids,omitempty"`
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// groupJSON is a group to be created, or one that is deleted.
type groupJSON struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	VPC         string            `json:"vpc_id,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Rules       []ruleJSON        `json:"rules,omitempty"`
}

// MarshalJSON writes the step with the names and texts of a report, in the
// order of stepJSON. It is written by hand since reports hold many of them.
func (s Step) MarshalJSON() ([]byte, error) {
	o := object{text: make([]byte, 0, 512)}
	o.begin()
	o.field("verb", string(s.Verb))
	o.optional("account_id", s.Account)
	o.optional("region", s.Region)
	o.optional("group_id", s.Group)
	if s.Verb == Authorize || s.Verb == Revoke {
		o.field("direction", s.Direction.String())
	}
	o.rules(s.Rules)
	o.list("rule_ids", s.IDs)
	o.optional("interface_id", s.Interface)
	o.list("groups", s.Groups)
	o.list("groups_before", s.Before)
	if g := s.Details; g != nil {
		o.name("group")
		o.begin()
		o.field("name", g.Name)
		o.field("description", g.Description)
		o.optional("vpc_id", g.VPC)
		o.tags(g.Tags)
		o.rules(g.Rules)
		o.end()
	}
	o.flag("vpc_has_ipv6", s.IPv6)
	o.flag("irreversible", s.Irreversible)
	o.end()
	return o.text, nil
}

// object appends objects of JSON to a text.
type object struct{ text []byte }

func (o *object) begin() { o.text = append(o.text, '{') }
func (o *object) end()   { o.text = append(o.text, '}') }

// comma separates what follows from what stands before it in the same object
// or list.
func (o *object) comma() {
	if last := o.text[len(o.text)-1]; last != '{' && last != '[' {
		o.text = append(o.text, ',')
	}
}

func (o *object) name(name string) {
	o.comma()
	o.text = append(appendQuoted(o.text, name), ':')
}

func (o *object) field(name, value string) {
	o.name(name)
	o.text = appendQuoted(o.text, value)
}

func (o *object) optional(name, value string) {
	if value != "" {
		o.field(name, value)
	}
}

func (o *object) flag(name string, value bool) {
	if value {
		o.name(name)
		o.text = append(o.text, "true"...)
	}
}

func (o *object) list(name string, values []string) {
	if len(values) == 0 {
		return
	}
	o.name(name)
	o.text = append(o.text, '[')
	for _, value := range values {
		o.comma()
		o.text = appendQuoted(o.text, value)
	}
	o.text = append(o.text, ']')
}

func (o *object) rules(rules []inventory.Rule) {
	if len(rules) == 0 {
		return
	}
	o.name("rules")
	o.text = append(o.text, '[')
	for i := range rules {
		r := &rules[i]
		o.comma()
		o.begin()
		o.field("direction", r.Direction.String())
		o.field("protocol", r.Traffic.Protocol.String())
		o.field("ports", r.Traffic.PortsText())
		o.field("source", r.Peer.String())
		if r.Peer.Group != nil {
			o.optional("source_account_id", r.Peer.Group.Account)
		}
		o.list("rule_ids", r.IDs)
		o.optional("description", r.Description)
		o.tags(r.Tags)
		o.end()
	}
	o.text = append(o.text, ']')
}

// tags writes tags, which are sorted, as an object.
func (o *object) tags(tags []inventory.Tag) {
	if len(tags) == 0 {
		return
	}
	o.name("tags")
	o.begin()
	for _, t := range tags {
		o.field(t.Key, t.Value)
	}
	o.end()
}

// UnmarshalJSON reads what MarshalJSON wrote. It does not fail, so that a
// report of a later version can be compared with: a step with fields that are
// not known, or texts that are none, does not pass Check and has no command.
func (s *Step) UnmarshalJSON(text []byte) error {
	read, err := stepFromJSON(string(text))
	if err != nil {
		read.damaged = fmt.Errorf("a step of a fix is not understood: %w", err)
	}
	*s = read
	return nil
}

func stepFromJSON(text string) (s Step, err error) {
	var j stepJSON
	if err := strict(text, &j); err != nil {
		return s, err
	}
	s = Step{
		Verb: j.Verb, Account: j.Account, Region: j.Region, Group: j.Group, IDs: j.RuleIDs,
		Interface: j.Interface, Groups: j.Groups, Before: j.Before, IPv6: j.IPv6, Irreversible: j.Irreversible,
	}
	if j.Direction != "" {
		if s.Direction, err = parseDirection(j.Direction); err != nil {
			return s, err
		}
	}
	if s.Rules, err = rulesFromJSON(j.Rules); err != nil {
		return s, err
	}
	if g := j.Details; g != nil {
		s.Details = &inventory.Group{Name: g.Name, Description: g.Description, VPC: g.VPC, Tags: tagsFromJSON(g.Tags)}
		if s.Details.Rules, err = rulesFromJSON(g.Rules); err != nil {
			return s, err
		}
	}
	return s, s.Check()
}

func parseDirection(text string) (inventory.Direction, error) {
	switch text {
	case "ingress":
		return inventory.Ingress, nil
	case "egress":
		return inventory.Egress, nil
	}
	return 0, fmt.Errorf("%s is neither ingress nor egress", show(text))
}

func rulesFromJSON(list []ruleJSON) ([]inventory.Rule, error) {
	if len(list) == 0 {
		return nil, nil
	}
	rules := make([]inventory.Rule, len(list))
	for i, j := range list {
		r := inventory.Rule{IDs: j.RuleIDs, Description: j.Description, Tags: tagsFromJSON(j.Tags)}
		var err error
		if r.Direction, err = parseDirection(j.Direction); err != nil {
			return nil, err
		}
		traffic := j.Protocol
		if j.Ports != "all" {
			traffic += "/" + j.Ports
		}
		if r.Traffic, err = inventory.ParseTraffic(traffic); err != nil {
			return nil, fmt.Errorf("a rule with protocol %s and ports %s: %w", show(j.Protocol), show(j.Ports), err)
		}
		switch {
		case IsNew(j.Source) || inventory.IsGroupID(j.Source):
			r.Peer.Group = &inventory.GroupRef{ID: j.Source, Account: j.Account}
		case j.Account != "":
			return nil, fmt.Errorf("%s is not a group of an account", show(j.Source))
		case inventory.IsPrefixListID(j.Source):
			r.Peer.List = j.Source
		default:
			if r.Peer, err = parsePrefix(j.Source); err != nil {
				return nil, err
			}
		}
		rules[i] = r
	}
	return rules, nil
}

// tagsFromJSON returns the tags sorted by key.
func tagsFromJSON(list map[string]string) []inventory.Tag {
	var tags []inventory.Tag
	for _, key := range slices.Sorted(maps.Keys(list)) {
		tags = append(tags, inventory.Tag{Key: key, Value: list[key]})
	}
	return tags
}
