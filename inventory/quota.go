package inventory

import "strings"

// DefaultRulesPerGroup is AWS's default for the quota "Inbound or outbound
// rules per security group" (L-0EA8095F): it holds for each direction, and
// for IPv4 and IPv6 separately.
// Source: Amazon VPC User Guide, "Amazon VPC quotas".
const DefaultRulesPerGroup = 60

// RulesPerGroupCode is the code of that quota, of the service vpc.
const RulesPerGroupCode = "L-0EA8095F"

// Quota is a quota of Service Quotas as it is applied to the account in this
// region.
type Quota struct {
	Code  string `json:"code"` // L-...
	Value int    `json:"value"`
}

// RulesPerGroup returns the quota of rules per security group, or 0 where the
// quotas were not read. AWS's default holds where the account has no value of
// its own.
func (r *Region) RulesPerGroup() int {
	if !r.Read.Has(PartQuotas) {
		return 0
	}
	for _, q := range r.Quotas {
		if q.Code == RulesPerGroupCode {
			return q.Value
		}
	}
	return DefaultRulesPerGroup
}

// listWeights says for how many rules an AWS-managed prefix list counts, by
// the end of its name: com.amazonaws.REGION.NAME, com.amazonaws.global.NAME,
// or com.amazonaws.REGION.ipv6.NAME.
// Source: Amazon VPC User Guide, "AWS-managed prefix lists", section
// "AWS-managed prefix list weight"
// (docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html).
var listWeights = map[string]int{
	"cloudfront.origin-facing": 55,
	"dynamodb":                 1,
	"ec2-instance-connect":     2,
	"groundstation":            5,
	"route53-healthchecks":     25,
	"s3":                       1,
	"s3express":                6,
	"secretsmanager-managed-external-secrets": 20,
	"vpc-lattice": 10,
}

// serviceOf returns the end of the name of an AWS-managed list, and whether
// the name is that of a list of IPv6 addresses.
func (l *PrefixList) serviceOf() (service string, v6 bool) {
	rest, ok := strings.CutPrefix(l.Name, "com.amazonaws.")
	if !ok || l.Owner != "AWS" {
		return "", false
	}
	_, rest, _ = strings.Cut(rest, ".") // the region, or "global"
	return strings.CutPrefix(rest, "ipv6.")
}

// Weight returns for how many rules one rule counts that references the list:
// for the maximum number of entries of a customer's list, however many it has
// now, and for the weight that AWS publishes of a list of its own. It is not
// known of a list of AWS that is not in the table.
// Source: Amazon VPC User Guide, "Amazon VPC quotas".
func (l *PrefixList) Weight() (n int, known bool) {
	service, _ := l.serviceOf()
	if n, known := listWeights[service]; known {
		return n, true
	}
	return l.MaxEntries, l.MaxEntries > 0
}

// Holds reports whether the list may hold addresses of one family. A list has
// a single family, so its first entry shows it; of a list that AWS manages the
// name shows it too, and one that was not read may be of either.
func (l *PrefixList) Holds(v6 bool) bool {
	if len(l.Entries) > 0 {
		return l.Entries[0].Addr().Is6() == v6
	}
	if service, six := l.serviceOf(); service != "" {
		return six == v6
	}
	return true
}

// RulesCounted counts the rules of one direction and family as the quota of
// rules per group does: a prefix counts once in its family, a reference to a
// group once in both, a reference to a prefix list by its weight. lists
// returns a list by its id, or nil. What counts for an unknown number is
// counted once and listed in unknown, by id, in the order of the rules.
// Source: Amazon VPC User Guide, "Amazon VPC quotas".
func (g *Group) RulesCounted(d Direction, v6 bool, lists func(id string) *PrefixList) (n int, unknown []string) {
	for i := range g.Rules {
		rule := &g.Rules[i]
		switch p := rule.Peer; {
		case rule.Direction != d, p.Prefix.IsValid() && p.Prefix.Addr().Is6() != v6:
		case p.List == "":
			n++
		default:
			list := lists(p.List)
			if list != nil && !list.Holds(v6) {
				continue
			}
			weight, known := 1, false
			if list != nil {
				weight, known = list.Weight()
			}
			if !known {
				weight = 1
				unknown = append(unknown, p.List)
			}
			n += weight
		}
	}
	return n, unknown
}
