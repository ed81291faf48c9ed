package change

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// permissions writes the rules as the value of --ip-permissions; rules with
// the same traffic that follow each other share an element.
func (s *Step) permissions() word {
	j := &jsonWriter{}
	j.raw("[")
	for i := 0; i < len(s.Rules); {
		end := i + 1
		for end < len(s.Rules) && s.Rules[end].Traffic == s.Rules[i].Traffic {
			end++
		}
		if i > 0 {
			j.raw(",")
		}
		s.permission(j, s.Rules[i:end])
		i = end
	}
	return j.raw("]").word()
}

// permission writes rules with the same traffic.
func (s *Step) permission(j *jsonWriter, rules []inventory.Rule) {
	t := rules[0].Traffic
	protocol := t.Protocol.String()
	if t.Protocol == inventory.AllProtocols {
		protocol = "-1"
	}
	j.raw(`{"IpProtocol":`).quoted(protocol)
	if t.HasPorts() || t.Protocol == inventory.ICMP || t.Protocol == inventory.ICMPv6 {
		j.raw(`,"FromPort":`).number(t.First).raw(`,"ToPort":`).number(t.Last)
	}
	for _, list := range []string{"IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"} {
		count := 0
		for i := range rules {
			r := &rules[i]
			if peerList(&r.Peer) != list {
				continue
			}
			if count++; count == 1 {
				j.raw(`,"` + list + `":[{`)
			} else {
				j.raw(",{")
			}
			s.peer(j, &r.Peer)
			if r.Description != "" {
				j.raw(`,"Description":`).quoted(r.Description)
			}
			j.raw("}")
		}
		if count > 0 {
			j.raw("]")
		}
	}
	j.raw("}")
}

// peer writes what an element of a peer's list begins with.
func (s *Step) peer(j *jsonWriter, p *inventory.Peer) {
	switch peerList(p) {
	case "IpRanges":
		j.raw(`"CidrIp":`).quoted(p.String())
	case "Ipv6Ranges":
		j.raw(`"CidrIpv6":`).quoted(p.String())
	case "PrefixListIds":
		j.raw(`"PrefixListId":`).quoted(p.List)
	default:
		j.raw(`"GroupId":`).group(p.Group.ID)
		if account := p.Group.Account; account != "" && account != s.Account {
			j.raw(`,"UserId":`).quoted(account)
		}
	}
}

// peerList is the list of a permission that a peer belongs to.
func peerList(p *inventory.Peer) string {
	switch {
	case p.Group != nil:
		return "UserIdGroupPairs"
	case p.List != "":
		return "PrefixListIds"
	case p.Prefix.Addr().Is6():
		return "Ipv6Ranges"
	}
	return "IpRanges"
}

// permission is one element of --ip-permissions.
type permission struct {
	Protocol string   `json:"IpProtocol"`
	From     *int32   `json:"FromPort"`
	To       *int32   `json:"ToPort"`
	Ranges   []source `json:"IpRanges"`
	Ranges6  []source `json:"Ipv6Ranges"`
	Groups   []source `json:"UserIdGroupPairs"`
	Lists    []source `json:"PrefixListIds"`
}

// source is an element of the four lists of a permission.
type source struct {
	CidrIP   string `json:"CidrIp"`
	CidrIPv6 string `json:"CidrIpv6"`
	Group    string `json:"GroupId"`
	Account  string `json:"UserId"`
	List     string `json:"PrefixListId"`
	Text     string `json:"Description"`
}

// parsePermissions reads the value of --ip-permissions.
func parsePermissions(text string, d inventory.Direction) ([]inventory.Rule, error) {
	var list []permission
	if err := strict(text, &list); err != nil {
		return nil, fmt.Errorf("--ip-permissions must be a JSON list of permissions: %w", err)
	}
	var rules []inventory.Rule
	for _, p := range list {
		allowed, err := traffic(p.Protocol, p.From, p.To)
		if err != nil {
			return nil, fmt.Errorf("--ip-permissions: %w", err)
		}
		for _, sources := range []struct {
			name string
			list []source
			of   func(*source) string
		}{
			{"IpRanges", p.Ranges, func(s *source) string { return s.CidrIP }},
			{"Ipv6Ranges", p.Ranges6, func(s *source) string { return s.CidrIPv6 }},
			{"UserIdGroupPairs", p.Groups, func(s *source) string { return s.Group }},
			{"PrefixListIds", p.Lists, func(s *source) string { return s.List }},
		} {
			for i := range sources.list {
				peer, err := sources.list[i].peer()
				if err == nil && peerList(&peer) != sources.name {
					err = fmt.Errorf("%s does not belong into %s", show(sources.of(&sources.list[i])), sources.name)
				}
				if err != nil {
					return nil, fmt.Errorf("--ip-permissions: %w", err)
				}
				rules = append(rules, inventory.Rule{Direction: d, Traffic: allowed, Peer: peer, Description: sources.list[i].Text})
			}
		}
	}
	if len(rules) == 0 {
		return nil, fmt.Errorf("--ip-permissions %s names no source", show(text))
	}
	return rules, nil
}

// peer returns the one source that is given.
func (s *source) peer() (inventory.Peer, error) {
	given := 0
	for _, text := range []string{s.CidrIP, s.CidrIPv6, s.Group, s.List} {
		if text != "" {
			given++
		}
	}
	if given != 1 || s.Account != "" && s.Group == "" {
		return inventory.Peer{}, errors.New("each source names one address range, group or prefix list")
	}
	switch {
	case s.Group != "":
		return inventory.Peer{Group: &inventory.GroupRef{ID: s.Group, Account: s.Account}}, nil
	case s.List != "":
		return inventory.Peer{List: s.List}, nil
	}
	return parsePrefix(s.CidrIP + s.CidrIPv6)
}

func parsePrefix(text string) (inventory.Peer, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return inventory.Peer{}, fmt.Errorf("%s is not an address range", show(text))
	}
	return inventory.PrefixPeer(prefix), nil
}

// tagList is one element of --tag-specifications.
type tagList struct {
	Kind string          `json:"ResourceType"`
	Tags []inventory.Tag `json:"Tags"`
}

// parseTags reads the value of --tag-specifications for one kind of resource.
func parseTags(text, kind string) ([]inventory.Tag, error) {
	var lists []tagList
	if err := strict(text, &lists); err != nil {
		return nil, fmt.Errorf("--tag-specifications must be a JSON list: %w", err)
	}
	var tags []inventory.Tag
	for _, l := range lists {
		if l.Kind != kind {
			return nil, fmt.Errorf("--tag-specifications: the resource type is %s, and %q is expected", show(l.Kind), kind)
		}
		tags = append(tags, l.Tags...)
	}
	return tags, nil
}

// strict decodes one JSON value with the fields that are known, and nothing
// behind it.
func strict(text string, into any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more text follows the JSON value")
	}
	return nil
}
