package awsclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// configPage is the most of a page of an advanced query (AWS Config API reference,
// "SelectResourceConfig").
const configPage = 100

// relatedToGroups is the advanced query for whatever is related to a security group
// and may use it (AWS Config Developer Guide, "Query Components"). AWS Config answers
// with current resources only, and with none that it does not record.
var relatedToGroups = "SELECT accountId, awsRegion, resourceType, resourceId, resourceName, arn, configurationItemCaptureTime, configurationItemStatus, relationships" +
	" WHERE relationships.resourceType = 'AWS::EC2::SecurityGroup' AND resourceType NOT IN ('" + strings.Join(inventory.NotUsers, "', '") + "')"

// readConfigResources asks AWS Config once for all groups of the region: the aggregator
// of the options where it has the region, else AWS Config in the region itself.
func readConfigResources(ctx context.Context, r *reader, p *pager) error {
	if r.resourcesOfAggregator(ctx) {
		return nil
	}
	return list(ctx, p, configservice.NewFromConfig(r.config).SelectResourceConfig,
		func(token *string) *configservice.SelectResourceConfigInput {
			return &configservice.SelectResourceConfigInput{Expression: aws.String(relatedToGroups), Limit: configPage, NextToken: token}
		},
		func(out *configservice.SelectResourceConfigOutput) ([]string, *string) {
			return out.Results, out.NextToken
		},
		func(result *string) {
			item, err := parseConfigItem(*result)
			if err == nil && (item.AccountID != "" && item.AccountID != r.region.AccountID || item.Region != "" && item.Region != r.region.Name) {
				err = fmt.Errorf("%s is of account %s and region %s", item.words(), words.Cut(item.AccountID, mostName), words.Cut(item.Region, mostName))
			}
			var x inventory.Referrer
			if err == nil {
				x, err = item.referrer()
			}
			switch {
			case err != nil:
				r.malformed(inventory.PartConfigResources, "a result of the query: %v", err)
			case len(x.Groups) > 0:
				r.region.ConfigResources = append(r.region.ConfigResources, x)
			}
		})
}

// configItem is what the query selects of one resource. Results are texts, each of
// them a JSON object.
type configItem struct {
	AccountID     string `json:"accountId"`
	Region        string `json:"awsRegion"`
	Type          string `json:"resourceType"`
	ID            string `json:"resourceId"`
	Name          string `json:"resourceName"`
	ARN           string `json:"arn"`
	Captured      string `json:"configurationItemCaptureTime"`
	Status        string `json:"configurationItemStatus"`
	Relationships []struct {
		Type string `json:"resourceType"`
		ID   string `json:"resourceId"`
	} `json:"relationships"`
}

func parseConfigItem(text string) (*configItem, error) {
	item := &configItem{}
	if err := json.Unmarshal([]byte(text), item); err != nil {
		return nil, fmt.Errorf("%q is not a JSON object of a resource", words.Cut(text, mostName))
	}
	return item, nil
}

func (c *configItem) words() string {
	return fmt.Sprintf("%s %q", words.Cut(c.Type, mostName), words.Cut(c.ID, mostName))
}

// referrer returns what the resource uses, without groups where it uses none: it is
// gone, or is of a type that does not use groups. Errors say what of it is not in
// the form of AWS Config.
func (c *configItem) referrer() (inventory.Referrer, error) {
	var x inventory.Referrer
	switch {
	case !inventory.IsConfigType(c.Type):
		return x, fmt.Errorf("%q is not a resource type", words.Cut(c.Type, mostName))
	case c.ID == "":
		return x, errors.New("a resource of type " + c.Type + " has no id")
	case !inventory.UsesGroups(c.Type) || strings.HasPrefix(c.Status, "ResourceDeleted") || c.Status == "ResourceNotRecorded":
		return x, nil
	}
	at, err := time.Parse(time.RFC3339, c.Captured)
	if err != nil {
		return x, fmt.Errorf("%s was recorded at %q, which is not a time", c.words(), words.Cut(c.Captured, mostName))
	}
	for _, to := range c.Relationships {
		if to.Type != "AWS::EC2::SecurityGroup" {
			continue
		}
		if !inventory.IsGroupID(to.ID) {
			return x, fmt.Errorf("%s is related to the security group %q, which is not an id", c.words(), words.Cut(to.ID, mostName))
		}
		x.Groups = append(x.Groups, to.ID)
	}
	if len(x.Groups) == 0 {
		return x, fmt.Errorf("%s is related to no security group, and was to be", c.words())
	}
	x.Service, x.Kind = inventory.ConfigKind(c.Type)
	x.Name, x.ID = c.Name, c.ID
	if c.ARN != "" {
		x.ID = c.ARN
	}
	if x.ID == x.Name {
		x.ID = ""
	}
	x.Source = "AWS Config, recorded " + at.UTC().Format(time.RFC3339)
	return x, nil
}
