// Package planned reads what a Terraform plan or a CloudFormation change set will
// do, and carries it out on a copy of an inventory.
//
// What goes in is text that others wrote: the JSON of terraform show -json, or of
// aws cloudformation describe-change-set. Ids, addresses, ports and protocols are
// held to their forms; an error names the resource and the attribute. Both formats
// become Resources with the attributes of the AWS provider of Terraform, so that
// what a resource means stands in one place.
//
// What the plan creates has no id yet: in the copy it goes by its address in the
// plan. A value that is known after apply is resolved where the configuration says
// which resource it comes from; else it is listed in Outcome.Unknown and left out.
package planned

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Most is the largest plan that is read, in bytes.
const Most = 256 << 20

// Plan is what will change, resource by resource, in the order of the file.
type Plan struct {
	Format    string // "Terraform plan" or "change set"
	Resources []Resource

	Account string   // that the plan belongs to, empty where the plan does not say it
	Unknown []Note   // what the plan says of itself that it leaves out
	Remarks []string // sentences about the plan as a whole

	subnets map[string]bool // whether subnets give public IPv4 addresses, by id, as far as the plan says it
}

// Resource is one resource with what becomes of it. Before is nil where it is
// created, After where it is deleted. A replaced one has Replaced: what was before
// is deleted, and another with a new id created.
type Resource struct {
	Address  string // in the plan, as module.net.aws_security_group.web["a"], or a logical id
	Type     string // of Terraform, as aws_security_group; another format's where Terraform has none
	Region   string // empty where the plan does not say it
	Account  string // the same
	Provider string // of Terraform, where it is neither the AWS provider nor a fork of it: both sides are empty then
	Replaced bool

	CreatedFirst bool // a replaced one is created before the one that was there is deleted

	// Undecided says what becomes known of the change only when it is carried out, where
	// that makes a difference for what was there before.
	Undecided string

	Sensitive map[string]bool // the attributes of which something is sensitive
	Before    map[string]any
	After     map[string]any
}

// Outcome is what was done with a plan.
type Outcome struct {
	Format  string `json:"format"`
	Changes int    `json:"resources"` // that the plan creates, changes or deletes
	Applied int    `json:"applied"`   // of them, those that were carried out on the copy

	NotLookedAt []TypeCount `json:"not_looked_at"` // sorted by type
	Unknown     []Note      `json:"unknown"`       // until apply, in the order of the plan
	Conflicts   []Note      `json:"conflicts"`     // where the account is not as the plan expects it

	Remarks []string `json:"remarks,omitempty"` // sentences about the plan as a whole
}

// TypeCount is how many resources of a type the plan changes.
type TypeCount struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

// Note is about an attribute of a resource.
type Note struct {
	Address   string `json:"address"`
	Attribute string `json:"attribute,omitempty"`
	Text      string `json:"text"`

	// Missing says of a conflict that the plan names what is not in the account, so
	// that what comes of the plan is not known.
	Missing bool `json:"missing,omitempty"`

	// Refused says of a conflict that AWS refuses the change, so that the plan would fail.
	Refused bool `json:"refused,omitempty"`
}

// Incomplete reports whether something that the plan changes could not be tried.
func (o *Outcome) Incomplete() bool {
	return len(o.Unknown) > 0 || slices.ContainsFunc(o.Conflicts, func(n Note) bool { return n.Missing })
}

// Refused returns what of the plan AWS would refuse.
func (o *Outcome) Refused() (refused []Note) {
	for _, n := range o.Conflicts {
		if n.Refused {
			refused = append(refused, n)
		}
	}
	return refused
}

func (n *Note) String() string {
	if n.Attribute != "" {
		return n.Address + ", " + n.Attribute + ": " + n.Text
	}
	return n.Address + ": " + n.Text
}

// The passes over a plan: what holds others is made first and deleted last, and
// rules are revoked before others are allowed, so that a rule may move from one
// resource to another.
const (
	passMake = iota
	passRevoke
	passAllow
	passAttach
	passDelete
	passes
)

// kind says what a type of resources does to the copy.
type kind struct {
	rank int // in passMake: the lower ones first
	do   func(*action, int)
}

// kinds are the types that are looked at.
var kinds = map[string]kind{
	"aws_vpc":                                {0, (*action).vpc},
	"aws_subnet":                             {1, (*action).subnet},
	"aws_internet_gateway":                   {2, (*action).internetGateway},
	"aws_internet_gateway_attachment":        {2, (*action).gatewayAttachment},
	"aws_route_table":                        {2, (*action).routeTable},
	"aws_default_route_table":                {2, (*action).defaultRouteTable},
	"aws_route":                              {3, (*action).route},
	"aws_route_table_association":            {3, (*action).tableAssociation},
	"aws_main_route_table_association":       {3, (*action).mainTable},
	"aws_vpc_peering_connection":             {2, (*action).peering},
	"aws_vpc_peering_connection_accepter":    {3, (*action).peeringAccepter},
	"aws_nat_gateway":                        {3, (*action).natGateway},
	"aws_vpc_endpoint":                       {3, (*action).endpoint},
	"aws_network_acl":                        {2, (*action).networkACL},
	"aws_default_network_acl":                {2, (*action).defaultNetworkACL},
	"aws_network_acl_rule":                   {3, (*action).aclRule},
	"aws_network_acl_association":            {3, (*action).aclAssociation},
	"aws_ec2_managed_prefix_list":            {2, (*action).prefixList},
	"aws_ec2_managed_prefix_list_entry":      {3, (*action).prefixListEntry},
	"aws_security_group":                     {2, (*action).group},
	"aws_default_security_group":             {2, (*action).defaultGroup},
	"aws_security_group_rule":                {3, (*action).oldRule},
	"aws_vpc_security_group_ingress_rule":    {3, (*action).ingressRule},
	"aws_vpc_security_group_egress_rule":     {3, (*action).egressRule},
	"aws_vpc_security_group_rules_exclusive": {5, (*action).exclusiveRules},
	"aws_network_interface":                  {3, (*action).networkInterface},
	"aws_network_interface_sg_attachment":    {4, (*action).groupAttachment},
	"aws_instance":                           {3, (*action).instance},
	"aws_spot_instance_request":              {3, (*action).spotInstance},
	"aws_lb":                                 {3, (*action).loadBalancer},
	"aws_alb":                                {3, (*action).loadBalancer},
	"aws_elb":                                {3, (*action).classicLoadBalancer},
	"aws_lb_listener":                        {5, (*action).listener},
	"aws_alb_listener":                       {5, (*action).listener},
	"aws_db_instance":                        {3, (*action).database},
	"aws_rds_cluster":                        {3, (*action).database},
	"aws_docdb_cluster":                      {3, (*action).database},
	"aws_neptune_cluster":                    {3, (*action).database},
	"aws_rds_cluster_instance":               {4, (*action).clusterInstance},
	"aws_neptune_cluster_instance":           {4, (*action).clusterInstance},
	"aws_lambda_function":                    {3, (*action).function},
	"aws_vpc_security_group_vpc_association": {3, (*action).association},
	"aws_autoscaling_group":                  {5, (*action).launch},
	"AWS::AutoScaling::AutoScalingGroup":     {5, (*action).launch},
	"aws_eks_node_group":                     {5, (*action).launch},
	"AWS::EKS::Nodegroup":                    {5, (*action).launch},
	"aws_ec2_fleet":                          {5, (*action).launch},
	"AWS::EC2::EC2Fleet":                     {5, (*action).launch},
	"aws_spot_fleet_request":                 {5, (*action).launch},
	"AWS::EC2::SpotFleet":                    {5, (*action).launch},
	"aws_elastic_beanstalk_environment":      {5, (*action).beanstalk},
	"AWS::ElasticBeanstalk::Environment":     {5, (*action).beanstalk},
	"aws_wafv2_web_acl_association":          {5, (*action).webACL},
	"aws_eip":                                {5, (*action).elasticIP},
	"aws_eip_association":                    {5, (*action).elasticIPAssociation},
	"aws_vpc_block_public_access_options":    {2, (*action).publicAccess},
	"aws_vpc_block_public_access_exclusion":  {3, (*action).publicAccessExclusion},

	"aws_flow_log":                             {3, (*action).flowLog},
	"aws_config_configuration_recorder":        {2, (*action).recorder},
	"aws_config_configuration_recorder_status": {3, (*action).recorderStatus},
}

// isPart are the types of what is a part of another resource: if it is replaced, the
// other resource is the same afterwards as if it was changed.
var isPart = map[string]bool{
	"aws_route": true, "aws_route_table_association": true, "aws_network_acl_rule": true, "aws_network_acl_association": true,
	"aws_vpc_security_group_ingress_rule": true, "aws_vpc_security_group_egress_rule": true, "aws_internet_gateway_attachment": true,
}

// action is one resource that is carried out in its region.
type action struct {
	*Resource
	in     *copied
	before values
	after  values
	id     string // in the copy: the one that AWS gave, or the address where it is created
}

func (a *action) makes() bool    { return a.After != nil && (a.Before == nil || a.Replaced) }
func (a *action) updates() bool  { return a.After != nil && a.Before != nil && !a.Replaced }
func (a *action) removes() bool  { return a.Before != nil && (a.After == nil || a.Replaced) }
func (a *action) deleted() bool  { return a.After == nil }
func (a *action) oldID() string  { return a.before.known("id") }
func (a *action) staying() bool  { return a.After != nil }
func (a *action) existed() bool  { return a.Before != nil }
func (a *action) region() string { return a.in.Name }

// Apply carries the plan out on a copy of a normalised inventory, which stays as it
// is. What no resource touches is shared with it. The error, which joins one for
// each value, says what of the plan has not the form that AWS gives it.
func (p *Plan) Apply(inv *inventory.Inventory) (*inventory.Inventory, *Outcome, error) {
	if err := p.elsewhere(inv); err != nil {
		return nil, nil, err
	}
	c := newCopy(inv, p)
	counts := map[string]int{}
	var actions []*action
	for i := range p.Resources {
		r := &p.Resources[i]
		c.outcome.Changes++
		_, row := kinds[r.Type]
		row = row && r.Provider == ""
		c.rows[r.Address] = row
		c.allocates(r)
		if !row && (r.Provider != "" || !c.attaches(r)) {
			counts[r.Type]++
			c.mayOpen(r)
			continue
		}
		if a := c.place(r); a != nil {
			if r.Undecided != "" && !isPart[r.Type] {
				a.unknown("", "%s", r.Undecided)
			}
			c.outcome.Applied++
			actions = append(actions, a)
		}
	}
	for name, n := range counts {
		c.outcome.NotLookedAt = append(c.outcome.NotLookedAt, TypeCount{name, n})
	}
	slices.SortFunc(c.outcome.NotLookedAt, func(a, b TypeCount) int { return strings.Compare(a.Type, b.Type) })
	slices.SortStableFunc(actions, func(a, b *action) int { return cmp.Compare(kinds[a.Type].rank, kinds[b.Type].rank) })
	for pass := range passes {
		for _, a := range actions {
			if do := kinds[a.Type].do; do != nil {
				do(a, pass)
			} else {
				a.anything(pass)
			}
		}
	}
	if len(c.errs) > 0 {
		return nil, nil, errors.Join(distinct(c.errs)...)
	}
	c.order(p)
	return c.finish(), &c.outcome, nil
}

// distinct drops errors that came twice: each pass reads the values again.
func distinct(errs []error) (kept []error) {
	seen := map[string]bool{}
	for _, err := range errs {
		if !seen[err.Error()] {
			seen[err.Error()] = true
			kept = append(kept, err)
		}
	}
	return kept
}

// order puts the notes into the order of the plan. Of those about one attribute only the
// first is kept: an attribute that is not known makes unknown what depends on it.
func (c *copyOf) order(p *Plan) {
	at := map[string]int{}
	for i := range p.Resources {
		at[p.Resources[i].Address] = i
	}
	for _, list := range []*[]Note{&c.outcome.Unknown, &c.outcome.Conflicts} {
		slices.SortStableFunc(*list, func(a, b Note) int {
			return cmp.Or(cmp.Compare(at[a.Address], at[b.Address]), cmp.Compare(a.Attribute, b.Attribute))
		})
		seen := map[Note]bool{}
		*list = slices.DeleteFunc(*list, func(n Note) bool {
			key := n
			if n.Attribute != "" {
				key = Note{Address: n.Address, Attribute: n.Attribute}
			}
			twice := seen[key]
			seen[key] = true
			return twice
		})
	}
}

// unknown notes a value that is known after apply only, and that something depends on.
func (a *action) unknown(attribute, format string, args ...any) {
	a.in.of.outcome.Unknown = append(a.in.of.outcome.Unknown, Note{Address: a.Address, Attribute: attribute, Text: fmt.Sprintf(format, args...)})
}

// conflict notes that the account is not as the plan expects it.
func (a *action) conflict(format string, args ...any) {
	a.in.of.outcome.Conflicts = append(a.in.of.outcome.Conflicts, Note{Address: a.Address, Text: fmt.Sprintf(format, args...)})
}

// refuse notes that AWS refuses what the plan does.
func (a *action) refuse(format string, args ...any) {
	a.in.of.outcome.Conflicts = append(a.in.of.outcome.Conflicts, Note{Address: a.Address, Text: fmt.Sprintf(format, args...), Refused: true})
}

// missing notes that the plan names something that is not in the account.
func (a *action) missing(id, list string) {
	text := fmt.Sprintf("%s is not among the %s of %s that were read", id, list, a.region())
	if a.in.AccountID != "" {
		text = fmt.Sprintf("%s is not among the %s of %s in account %s that were read: the plan may belong to another account", id, list, a.region(), a.in.AccountID)
	}
	a.in.of.outcome.Conflicts = append(a.in.of.outcome.Conflicts, Note{Address: a.Address, Text: text, Missing: true})
}
