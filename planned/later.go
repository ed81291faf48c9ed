package planned

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// later stands for a value that is known after apply only.
type later struct {
	of       []string // ids in the copy that it may be, or be among
	choice   bool     // something chooses among them: a condition, an index, or one of several instances
	open     bool     // and it may be something else
	lost     []string // the references that cannot be followed
	kept     []string // ids before the change that may stay
	computed bool     // the configuration does not give it: AWS does
}

// lose notes a reference that cannot be followed.
func (l *later) lose(ref string) {
	l.open = true
	if checkAddress(ref) == nil {
		l.lost = append(l.lost, ref)
	}
}

func (l *later) tidy() {
	for _, list := range []*[]string{&l.of, &l.lost} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

// mostNamed is how many ids or references a note names.
const mostNamed = 4

func nameSome(list []string) string {
	if more := len(list) - mostNamed; more > 1 {
		return strings.Join(list[:mostNamed], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(list, ", ")
}

// why says why the ids that a value holds are not known, and is empty where nothing more
// is known of it.
func (l later) why(prefix string) string {
	var reasons []string
	if of := l.fitting(prefix); len(of) > 1 && l.choice {
		reasons = append(reasons, "the plan does not say which of "+nameSome(of))
	}
	if len(l.lost) > 0 {
		reasons = append(reasons, "sgaudit cannot follow "+nameSome(l.lost))
	}
	if kept := (later{of: l.kept}).fitting(prefix); len(kept) > 0 {
		reasons = append(reasons, "the plan does not say whether "+nameSome(kept)+" stays")
	}
	if len(reasons) == 0 {
		return ""
	}
	return ": " + strings.Join(reasons, "; ")
}

// typesOf are the types of resources that have ids of a form.
var typesOf = map[string][]string{
	"sg-":     {"aws_security_group", "aws_default_security_group"},
	"vpc-":    {"aws_vpc", "aws_default_vpc"},
	"subnet-": {"aws_subnet", "aws_default_subnet"},
	"eni-":    {"aws_network_interface"},
	"i-":      {"aws_instance"},
	"rtb-":    {"aws_route_table", "aws_default_route_table"},
	"acl-":    {"aws_network_acl", "aws_default_network_acl"},
	"pl-":     {"aws_ec2_managed_prefix_list"},
	"igw-":    {"aws_internet_gateway"},
}

// fitting returns those of the ids that have the form, or belong to resources that
// will have such an id: an expression may name resources of other types too.
func (l later) fitting(prefix string) (ids []string) {
	for _, id := range l.of {
		if fits(prefix, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func fits(prefix, id string) bool {
	if inventory.IsID(prefix, id) || prefix == "" {
		return true
	}
	if made := map[string]string{"sg-": defaultGroupOf, "rtb-": defaultTableOf, "acl-": defaultACLOf}[prefix]; made != "" && strings.HasSuffix(id, made) {
		return true
	}
	if strings.HasSuffix(id, defaultGroupOf) || strings.HasSuffix(id, defaultTableOf) || strings.HasSuffix(id, defaultACLOf) {
		return false
	}
	parts := splitAddress(strings.TrimPrefix(id, prefix))
	return len(parts) > 1 && slices.Contains(typesOf[prefix], parts[len(parts)-2])
}
