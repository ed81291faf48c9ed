package saved

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// configTypes are the resources of AWS Config that the inventory has, with the
// keys of the same in answers of EC2. A configuration has the fields of EC2's
// answer, in camel case (AWS Config developer guide, supported resource types).
var configTypes = map[string]string{
	"AWS::EC2::SecurityGroup":        "SecurityGroups",
	"AWS::EC2::NetworkInterface":     "NetworkInterfaces",
	"AWS::EC2::VPC":                  "Vpcs",
	"AWS::EC2::Subnet":               "Subnets",
	"AWS::EC2::RouteTable":           "RouteTables",
	"AWS::EC2::NetworkAcl":           "NetworkAcls",
	"AWS::EC2::InternetGateway":      "InternetGateways",
	"AWS::EC2::NatGateway":           "NatGateways",
	"AWS::EC2::VPCPeeringConnection": "VpcPeeringConnections",
}

// configLists are the keys of lists of items: in what AWS Config delivers and
// in get-resource-config-history, in batch-get-resource-config, and in
// batch-get-aggregate-resource-config.
var configLists = []string{"configurationItems", "baseConfigurationItems", "BaseConfigurationItems"}

// configurationItem is one resource as AWS Config recorded it.
type configurationItem struct {
	Type          string          `json:"resourceType"`
	ID            string          `json:"resourceId"`
	Account       string          `json:"awsAccountId"` // in deliveries
	Owner         string          `json:"accountId"`    // in answers
	Region        string          `json:"awsRegion"`
	Status        string          `json:"configurationItemStatus"`
	Captured      json.RawMessage `json:"configurationItemCaptureTime"` // a text, or seconds since 1970
	Configuration json.RawMessage `json:"configuration"`                // an object, or one as a string

	key string
	at  time.Time // of the capture; zero where it is missing
}

func (c *configurationItem) account() string { return cmp.Or(c.Account, c.Owner) }

// gone reports whether the item says that the resource does not exist any more
// or is not recorded.
func (c *configurationItem) gone() bool {
	return strings.HasPrefix(c.Status, "ResourceDeleted") || c.Status == "ResourceNotRecorded"
}

// config takes a document of AWS Config in any of its forms: lists of items,
// one item as a notification has it, or the results of a query, each a JSON
// object in a string.
func (f *file) config(text []byte, object members) (known bool, err error) {
	var list []configurationItem
	begin := 0
	for _, key := range configLists {
		if raw, ok := object[key]; ok {
			begin = bytes.Index(text, raw)
			if err := json.Unmarshal(raw, &list); err != nil {
				return false, at(text, begin, err)
			}
			known = true
		}
	}
	var one configurationItem
	if raw, ok := object["configurationItem"]; ok && json.Unmarshal(raw, &one) == nil && one.Type != "" {
		begin = bytes.Index(text, raw)
		list, known = append(list, one), true
	}
	var results []string
	if raw, ok := object["Results"]; ok && json.Unmarshal(raw, &results) == nil {
		begin = bytes.Index(text, raw)
		for _, result := range results {
			var row configurationItem
			if json.Unmarshal([]byte(result), &row) == nil && row.Type != "" {
				list, known = append(list, row), true
			}
		}
	}
	before := len(f.items)
	for i := range list {
		keep, err := list[i].understand()
		if err != nil {
			line, _ := position(text, begin)
			return false, fmt.Errorf("in the list that begins in line %d: configuration item %d (%s %s): %w", line, i, list[i].Type, list[i].ID, err)
		}
		if keep {
			f.items = append(f.items, list[i])
		}
	}
	return known && len(f.items) > before, nil
}

// understand reports whether the item is of a known type, and brings its
// configuration into the form of EC2's answers.
func (c *configurationItem) understand() (keep bool, err error) {
	if c.key = configTypes[c.Type]; c.key == "" {
		return false, nil
	}
	if c.Region != "" && !regionFolder().MatchString(c.Region) || c.account() != "" && !accountFolder().MatchString(c.account()) {
		return false, fmt.Errorf("the account %q or the region %q is none", c.account(), c.Region)
	}
	c.at, _ = parseTime(c.Captured)
	if c.gone() {
		c.Configuration = nil
		return true, nil
	}
	var inside string
	if json.Unmarshal(c.Configuration, &inside) == nil {
		c.Configuration = json.RawMessage(inside)
	}
	if len(c.Configuration) == 0 || string(c.Configuration) == "null" {
		return false, errors.New("it has no configuration: a query has to select resourceType, resourceId, accountId, awsRegion and configuration")
	}
	if c.Type == "AWS::EC2::SecurityGroup" {
		if c.Configuration, err = withRanges(c.Configuration); err != nil {
			return false, err
		}
	}
	kind := kinds[c.key]
	list, err := readable(c.key, &kind, slices.Concat([]byte("["), c.Configuration, []byte("]")))
	if err != nil {
		return false, err
	}
	c.Configuration = list[1 : len(list)-1]
	return true, nil
}

// timeForms are the forms in which programs write times.
var timeForms = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"}

// parseTime reads a time in any of them, or seconds since 1970.
func parseTime(raw json.RawMessage) (time.Time, bool) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(seconds) < 1e12 {
		return time.UnixMilli(int64(seconds * 1000)), true
	}
	return time.Time{}, false
}

// withRanges gives permissions the ranges that EC2 answers with: AWS Config
// has ipRanges as plain texts, and ipv4Ranges with descriptions beside them.
func withRanges(text json.RawMessage) (json.RawMessage, error) {
	var group map[string]json.RawMessage
	if err := json.Unmarshal(text, &group); err != nil {
		return nil, err
	}
	for name := range group {
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

// put keeps the latest item of a resource; of equally old items the
// first, as AWS Config answers the latest first.
func (c configurationItem) put(p *Place) {
	if p.seen[c.key] == nil {
		p.seen[c.key] = map[string]configurationItem{}
	}
	if old, known := p.seen[c.key][c.ID]; !known || old.at.Before(c.at) {
		p.seen[c.key][c.ID] = c
	}
}

// settle turns what AWS Config recorded into answers, in the order of ids. What
// is gone is left out.
func (p *Place) settle() {
	for key, items := range p.seen {
		for _, id := range sortedKeys(items) {
			if item := items[id]; !item.gone() {
				p.items[key] = append(p.items[key], item.Configuration)
			}
		}
		p.documents[key]++
	}
}
