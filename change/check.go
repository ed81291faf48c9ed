package change

import (
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/inventory"
)

// The longest texts that a step takes, in characters: those of EC2 (API
// reference, CreateSecurityGroup and Tag), with room for emulators.
const (
	maxText  = 1024
	maxTags  = 64
	maxRules = 10000
)

// Check says what keeps a step from being written as a command: a missing or
// malformed id, region or account, or a text that holds control characters.
// Every way into this package calls it.
func (s *Step) Check() error {
	if s.damaged != nil {
		return s.damaged
	}
	if s.Account != "" && !inventory.IsAccountID(s.Account) {
		return fmt.Errorf("%s is not an account id of twelve digits", show(s.Account))
	}
	if s.Region != "" && !inventory.IsRegion(s.Region) {
		return fmt.Errorf("%s is not a name of a region", show(s.Region))
	}
	if s.Verb == SetGroups {
		return s.checkInterface()
	}
	switch fresh := IsNew(s.Group); {
	case s.Verb == Create || s.Verb == Find:
		if !fresh {
			return fmt.Errorf("%s is not a name for a group to be created, such as $group_1", show(s.Group))
		}
	case !fresh && !inventory.IsGroupID(s.Group):
		return fmt.Errorf("%s is not an id of a security group", show(s.Group))
	}
	switch s.Verb {
	case Create, Find:
		if s.Details == nil || s.Details.Name == "" || s.Verb == Create && s.Details.Description == "" {
			return errors.New("a group that is created has a name and a description")
		}
		return checkDetails(s.Details)
	case Delete:
		if s.Details != nil {
			return checkDetails(s.Details)
		}
	case LookUp:
	case Authorize, Revoke:
		return s.checkRules()
	default:
		return fmt.Errorf("%s is not a step that sgaudit knows", show(string(s.Verb)))
	}
	return nil
}

func (s *Step) checkInterface() error {
	if !inventory.IsInterfaceID(s.Interface) {
		return fmt.Errorf("%s is not an id of a network interface", show(s.Interface))
	}
	if len(s.Groups) == 0 {
		return fmt.Errorf("%s would have no security group", s.Interface)
	}
	return checkGroups(slices.Concat(s.Groups, s.Before))
}

func checkGroups(ids []string) error {
	for _, id := range ids {
		if !IsNew(id) && !inventory.IsGroupID(id) {
			return fmt.Errorf("%s is not an id of a security group", show(id))
		}
	}
	return nil
}

func (s *Step) checkRules() error {
	if s.Verb == Authorize && len(s.IDs) > 0 {
		return errors.New("rules that are to be allowed have no ids yet")
	}
	if len(s.Rules)+len(s.IDs) == 0 {
		return errors.New("neither a rule nor an id says what is meant")
	}
	for _, id := range s.IDs {
		if !inventory.IsRuleID(id) {
			return fmt.Errorf("%s is not an id of a security group rule", show(id))
		}
	}
	for i := range s.Rules {
		if s.Rules[i].Direction != s.Direction {
			return errors.New("a step has rules of one direction")
		}
	}
	return checkRuleList(s.Rules)
}

func checkRuleList(rules []inventory.Rule) error {
	if len(rules) > maxRules {
		return fmt.Errorf("%d rules are more than a security group can have", len(rules))
	}
	for i := range rules {
		if err := checkRule(&rules[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkRule(r *inventory.Rule) error {
	p := &r.Peer
	switch {
	case p.Group != nil:
		if p.List != "" || p.Prefix.IsValid() {
			return errors.New("a rule has one source")
		}
		if !IsNew(p.Group.ID) && !inventory.IsGroupID(p.Group.ID) {
			return fmt.Errorf("%s is not an id of a security group", show(p.Group.ID))
		}
		if p.Group.Account != "" && !inventory.IsOwner(p.Group.Account) {
			return fmt.Errorf("%s is not an account id of twelve digits", show(p.Group.Account))
		}
	case p.List != "":
		if p.Prefix.IsValid() {
			return errors.New("a rule has one source")
		}
		if !inventory.IsPrefixListID(p.List) {
			return fmt.Errorf("%s is not an id of a prefix list", show(p.List))
		}
	case !p.Prefix.IsValid():
		return errors.New("a rule has a source")
	case p.Prefix.Addr().Zone() != "":
		return fmt.Errorf("%s is not an address range", show(p.Prefix.String()))
	}
	for _, id := range r.IDs {
		if !inventory.IsRuleID(id) {
			return fmt.Errorf("%s is not an id of a security group rule", show(id))
		}
	}
	if err := checkText("description", r.Description); err != nil {
		return err
	}
	return checkTags(r.Tags)
}

func checkDetails(g *inventory.Group) error {
	if g.VPC != "" && !inventory.IsVPCID(g.VPC) {
		return fmt.Errorf("%s is not an id of a VPC", show(g.VPC))
	}
	if err := errors.Join(checkText("group name", g.Name), checkText("description", g.Description), checkTags(g.Tags)); err != nil {
		return err
	}
	return checkRuleList(g.Rules)
}

func checkTags(tags []inventory.Tag) error {
	if len(tags) > maxTags {
		return fmt.Errorf("%d tags are more than a resource can have", len(tags))
	}
	for _, t := range tags {
		if err := errors.Join(checkText("tag key", t.Key), checkText("tag value", t.Value)); err != nil {
			return err
		}
	}
	return nil
}

// checkText refuses what AWS takes in no description, name or tag: control
// characters, line breaks among them, and bytes that are not UTF-8.
func checkText(what, text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("the %s %s is not UTF-8", what, show(text))
	}
	count := 0
	for _, c := range text {
		if unicode.IsControl(c) || c == '\u2028' || c == '\u2029' {
			return fmt.Errorf("the %s %s holds a control character or a line break", what, show(text))
		}
		count++
	}
	if count > maxText {
		return fmt.Errorf("the %s %s has more than %d characters", what, show(text), maxText)
	}
	return nil
}
