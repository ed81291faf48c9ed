package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/cli/config"
)

// TestReadAccounts: both forms of the file say the same, and every mistake has its line.
func TestReadAccounts(t *testing.T) {
	write := func(name, text string) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for name, text := range map[string]string{
		"a.csv":  "\uFEFF# ours\nid,role,profile,regions,name\n111122223333,audit,,eu-west-1; us-east-1,\"shop, web\"\n,,data,,\n",
		"a.yaml": "- {id: \"111122223333\", role: audit, regions: [eu-west-1, us-east-1], name: \"shop, web\"}\n- profile: data\n",
	} {
		list, err := config.ReadAccounts(write(name, text))
		if err != nil || len(list) != 2 {
			t.Fatalf("%s: %+v %v", name, list, err)
		}
		if a := list[0]; a.ID != "111122223333" || a.Role != "audit" || a.Name != "shop, web" || strings.Join(a.Regions, " ") != "eu-west-1 us-east-1" || list[1].Profile != "data" {
			t.Errorf("%s: %+v", name, list)
		}
	}
	for _, c := range []struct{ name, text, want string }{
		{"b.csv", "", "names no account"},
		{"b.csv", "id\n", "names no account"},
		{"b.csv", "id,idd\n1,2\n", `b.csv:1:4: unknown column "idd"`},
		{"b.csv", "id,id\n", "b.csv:1:4: the column id comes twice"},
		{"b.csv", "id\n111122223333\n\n1111\n", `b.csv:4:1: "1111" is not an account id`},
		{"b.csv", "id\n111122223333\n111122223333\n", "b.csv:3:1: account 111122223333 is in line 2 already"},
		{"b.csv", "id,name\n\"111122223333,x\n", "b.csv:2:"},
		{"b.yml", "id: 1\n", "b.yml:1:1: expected a list of accounts"},
		{"b.yml", "- {name: x}\n", "b.yml:1:3: an account needs an id or a profile"},
		{"b.yml", "- {id: [1]}\n", "b.yml:1:8: expected a string"},
		{"b.yml", "- {id: \"111122223333\", regions: eu-west-1}\n", "b.yml:1:33: expected a list"},
		{"b.yml", "- {id: \"111122223333\", regions: [moon]}\n", `b.yml:1:3: "moon" is not a region`},
	} {
		if _, err := config.ReadAccounts(write(c.name, c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}
