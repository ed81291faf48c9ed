package awsclient

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// configTypes are the resources of AWS Config that the inventory has, with the
// keys of the same in answers of EC2. A configuration has the fields of EC2's
// answer, in camel case (AWS Config developer guide, supported resource types).
var configTypes = map[string]string{
	"AWS::EC2::SecurityGroup":             "SecurityGroups",
	"AWS::EC2::NetworkInterface":          "NetworkInterfaces",
	"AWS::EC2::VPC":                       "Vpcs",
	"AWS::EC2::Subnet":                    "Subnets",
	"AWS::EC2::RouteTable":                "RouteTables",
	"AWS::EC2::NetworkAcl":                "NetworkAcls",
	"AWS::EC2::InternetGateway":           "InternetGateways",
	"AWS::EC2::EgressOnlyInternetGateway": "EgressOnlyInternetGateways",
	"AWS::EC2::NatGateway":                "NatGateways",
	"AWS::EC2::VPCPeeringConnection":      "VpcPeeringConnections",
}

// configurationItem is one resource as AWS Config recorded it.
type configurationItem struct {
	Type          string          `json:"resourceType"`
	ID            string          `json:"resourceId"`
	Account       string          `json:"awsAccountId"`
	Owner         string          `json:"accountId"` // of the AWS CLI
	Region        string          `json:"awsRegion"`
	Status        string          `json:"configurationItemStatus"`
	Captured      string          `json:"configurationItemCaptureTime"`
	Configuration json.RawMessage `json:"configuration"` // an object, or one as a string

	key string
}

func (c *configurationItem) account() string {
	if c.Account != "" {
		return c.Account
	}
	return c.Owner
}

// understand reports whether the item is of a known type and there, and brings
// its configuration into the form of EC2's answers.
func (c *configurationItem) understand() (keep bool, err error) {
	c.key = configTypes[c.Type]
	if c.key == "" || strings.HasPrefix(c.Status, "ResourceDeleted") || c.Status == "ResourceNotRecorded" {
		return false, nil
	}
	var text string
	if json.Unmarshal(c.Configuration, &text) == nil {
		c.Configuration = json.RawMessage(text)
	}
	if len(c.Configuration) == 0 || string(c.Configuration) == "null" {
		return false, nil
	}
	if !regionFolder.MatchString(c.Region) || !accountFolder.MatchString(c.account()) {
		return false, fmt.Errorf("the account %q or the region %q is none", c.account(), c.Region)
	}
	if c.Type == "AWS::EC2::SecurityGroup" {
		if c.Configuration, err = withRanges(c.Configuration); err != nil {
			return false, err
		}
	}
	one, err := json.Marshal(map[string][]json.RawMessage{c.key: {c.Configuration}})
	if err != nil {
		return false, fmt.Errorf("the configuration is damaged: %w", err)
	}
	_, err = savedKinds[c.key].decode(one)
	return err == nil, err
}

// withRanges gives permissions the ranges that EC2 answers with: AWS Config
// has ipRanges as plain texts, and ipv4Ranges with descriptions beside them.
func withRanges(text json.RawMessage) (json.RawMessage, error) {
	var group map[string]json.RawMessage
	if err := json.Unmarshal(text, &group); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(group)) {
		if !strings.EqualFold(name, "ipPermissions") && !strings.EqualFold(name, "ipPermissionsEgress") {
			continue
		}
		var permissions []map[string]json.RawMessage
		if err := json.Unmarshal(group[name], &permissions); err != nil {
			return nil, err
		}
		for _, p := range permissions {
			if full, ok := p["ipv4Ranges"]; ok {
				p["ipRanges"] = full
				delete(p, "ipv4Ranges")
				continue
			}
			var plain []string
			if json.Unmarshal(p["ipRanges"], &plain) != nil {
				continue
			}
			ranges := make([]map[string]string, len(plain))
			for i, prefix := range plain {
				ranges[i] = map[string]string{"cidrIp": prefix}
			}
			again, err := json.Marshal(ranges)
			if err != nil {
				return nil, err
			}
			p["ipRanges"] = again
		}
		again, err := json.Marshal(permissions)
		if err != nil {
			return nil, err
		}
		group[name] = again
	}
	return json.Marshal(group)
}

// put keeps the latest configuration of a resource.
func (c configurationItem) put(p *savedPlace) {
	if p.seen[c.key] == nil {
		p.seen[c.key] = map[string]configurationItem{}
	}
	if old, known := p.seen[c.key][c.ID]; !known || old.Captured < c.Captured {
		p.seen[c.key][c.ID] = c
	}
}

// settle turns what AWS Config recorded into answers, in the order of ids.
func (p *savedPlace) settle() {
	for key, items := range p.seen {
		var ids []string
		for id := range items {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range ids {
			p.items[key] = append(p.items[key], items[id].Configuration)
		}
		p.documents[key]++
	}
}
