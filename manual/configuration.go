package main

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/cli/config"
)

// configuration is the page about every key of the configuration file, with the
// settings that are in effect without one.
func configuration() (string, error) {
	none, err := config.Read("")
	if err != nil {
		return "", err
	}
	defaults, err := none.Show()
	if err != nil {
		return "", fmt.Errorf("showing the default settings: %w", err)
	}
	var page strings.Builder
	page.WriteString("# The configuration file\n\nThe program writes this page. Give the file with `--config FILE` or in `SGAUDIT_CONFIG`. Every key is\n" +
		"optional, and an unknown key is an error with its line. `sgaudit config check --config FILE` lists the\n" +
		"mistakes of a file. [Exceptions](exceptions.md) has examples of exceptions.\n\n| key | meaning |\n| --- | --- |\n")
	for _, k := range config.Keys() {
		fmt.Fprintf(&page, "| `%s` | %s |\n", k.Name, k.Meaning)
	}
	fmt.Fprintf(&page, "\n## Without a file\n\nThe settings that `sgaudit config show` prints:\n\n```yaml\n%s```\n", defaults)
	return page.String(), nil
}
