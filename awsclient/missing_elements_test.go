package awsclient

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// without is an HTTP client that takes the first match out of each answer.
type without struct {
	next   aws.HTTPClient
	remove *regexp.Regexp
}

func (w without) Do(request *http.Request) (*http.Response, error) {
	response, err := w.next.Do(request)
	if err != nil {
		return nil, err
	}
	if body, ok := response.Body.(*wholeBody); ok {
		data := body.data
		if at := w.remove.FindIndex(data); at != nil {
			data = append(bytes.Clone(data[:at[0]]), data[at[1]:]...)
		}
		response.Body = &wholeBody{bytes.NewReader(data), data, nil}
	}
	return response, nil
}

// TestItemsWithoutTheirLists takes one of the elements that EC2 always sends out
// of one item: its part does not count as read, whichever decoder reads it, and
// no rule or interface of the others is lost.
func TestItemsWithoutTheirLists(t *testing.T) {
	s := serve(t, notation.MustParse(everyKind).Inventory, endpoint.Options{})
	whole := collect(t, s, Options{}).Regions[0]
	if len(whole.Gaps) > 0 {
		t.Fatal(whole.Gaps)
	}
	for element, part := range map[string]inventory.Part{
		"ipPermissions": inventory.PartGroups, "ipPermissionsEgress": inventory.PartGroups, "groupSet": inventory.PartInterfaces,
	} {
		for _, sdk := range []bool{false, true} {
			c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, MaxRPS: 1e6, SDKDecoder: sdk})
			if err != nil {
				t.Fatal(err)
			}
			c.config.HTTPClient = without{c.config.HTTPClient, regexp.MustCompile(`<` + element + `(/>|>(?s:.*?)</` + element + `>)`)}
			inv, err := c.Collect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			r := inv.Regions[0]
			if r.Read != whole.Read&^part || len(r.Gaps) != 1 || r.Gaps[0].Part != part || r.Gaps[0].Kind != inventory.Failed ||
				len(r.Groups) != len(whole.Groups) || len(r.Interfaces) != len(whole.Interfaces) {
				t.Errorf("without %s (SDK's decoder: %v): read %s, gaps %+v", element, sdk, r.Read, r.Gaps)
			}
		}
	}
}
