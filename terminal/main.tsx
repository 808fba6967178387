import './app/fonts.css';
import './theme.css';
import './app/base.css';
import './app/shell.css';
import './parts/parts.css';
import { render } from 'solid-js/web';
import { Shell } from './app/shell';

const root = document.getElementById('terminal');
if (!root) throw new Error('index.html has no #terminal');
render(() => <Shell />, root);
